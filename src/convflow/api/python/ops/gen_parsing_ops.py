"""tensorflow.python.ops.gen_parsing_ops"""

from convflow.ops.raw_functions import __dir__, __getattr__
