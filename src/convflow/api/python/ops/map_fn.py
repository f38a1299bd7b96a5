"""tensorflow.python.ops.map_fn"""

from convflow.modeling.functional import map_fn
