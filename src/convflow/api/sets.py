"""tf.sets"""

from convflow.ops.sets import set_difference, set_intersection, set_size, set_union
from convflow.ops.sets import set_difference as difference
from convflow.ops.sets import set_intersection as intersection
from convflow.ops.sets import set_size as size
from convflow.ops.sets import set_union as union
