"""tensorflow.python.ops.collective_ops"""

from convflow.runtime.other_devices import all_reduce, broadcast_recv, broadcast_send
