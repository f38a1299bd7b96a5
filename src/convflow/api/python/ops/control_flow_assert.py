"""tensorflow.python.ops.control_flow_assert"""

from convflow.ops.assertion import assert_ as Assert
