"""tensorflow.python.ops.gen_control_flow_ops"""

from convflow.ops.raw_functions import __dir__, __getattr__
