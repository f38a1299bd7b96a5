"""tensorflow.python.ops.control_flow_case"""

from convflow.ops.case import case
from convflow.ops.switch_case import switch_case
