"""tensorflow.python.platform.flags"""

from convflow.api.flags import *
