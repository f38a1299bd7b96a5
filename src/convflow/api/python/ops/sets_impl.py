"""tensorflow.python.ops.sets_impl"""

from convflow.ops.sets import set_difference, set_intersection, set_size, set_union
