"""tensorflow.python.ops.metrics"""

from convflow.api.metrics import *
