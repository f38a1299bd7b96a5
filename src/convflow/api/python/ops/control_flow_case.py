"""tensorflow.python.ops.control_flow_case"""

from convflow.ops.case import case
