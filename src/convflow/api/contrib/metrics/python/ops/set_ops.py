"""tf.contrib.metrics.python.ops.set_ops"""

from convflow.ops.sets import set_difference, set_intersection, set_size, set_union
