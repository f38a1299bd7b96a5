"""tensorflow.python.ops.gen_string_ops"""

from convflow.ops.raw_functions import __dir__, __getattr__
