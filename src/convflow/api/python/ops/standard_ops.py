"""tensorflow.python.ops.standard_ops"""

from convflow.api import *
