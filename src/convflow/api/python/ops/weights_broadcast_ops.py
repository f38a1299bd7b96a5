"""tensorflow.python.ops.weights_broadcast_ops"""

from convflow.ops.weights_broadcast import assert_broadcastable, broadcast_weights
