"""tf.contrib.framework.python.ops.variables"""

from convflow.api.contrib.framework import *
