"""tensorflow.python.ops.losses.losses"""

from convflow.api.losses import *
