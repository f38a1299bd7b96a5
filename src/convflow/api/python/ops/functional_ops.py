"""tensorflow.python.ops.functional_ops"""

from convflow.modeling.functional import foldl, foldr, map_fn, scan
