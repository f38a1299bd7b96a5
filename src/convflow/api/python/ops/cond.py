"""tensorflow.python.ops.cond"""

from convflow.ops.control_flow import cond
