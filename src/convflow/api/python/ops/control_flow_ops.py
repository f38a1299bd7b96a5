"""tensorflow.python.ops.control_flow_ops"""

from convflow.ops.array.identity import group, no_op
from convflow.ops.array.identity import tuple_ as tuple
from convflow.ops.assertion import assert_ as Assert
from convflow.ops.case import case
from convflow.ops.control_flow import cond, smart_cond
from convflow.ops.dependencies import with_dependencies
from convflow.ops.switch import merge, switch
from convflow.ops.switch_case import switch_case
from convflow.ops.while_loop import while_loop
