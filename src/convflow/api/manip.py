"""tf.manip"""

from convflow.ops.array.batch_gather import gather_nd
from convflow.ops.array.gather_nd import scatter_nd
from convflow.ops.array.reshape import reshape
from convflow.ops.array.reverse import reverse
from convflow.ops.array.roll import roll
from convflow.ops.array.tile import tile
from convflow.ops.space_to_batch import batch_to_space_nd, space_to_batch_nd
