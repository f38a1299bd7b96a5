"""tensorflow.python.ops.gen_resource_variable_ops"""

from convflow.ops.raw_functions import __dir__, __getattr__
