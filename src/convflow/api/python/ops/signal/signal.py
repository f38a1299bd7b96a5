"""tensorflow.python.ops.signal.signal"""

from convflow.api.signal import *
