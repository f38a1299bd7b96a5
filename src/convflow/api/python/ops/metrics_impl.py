"""tensorflow.python.ops.metrics_impl"""

from convflow.api.metrics import *
