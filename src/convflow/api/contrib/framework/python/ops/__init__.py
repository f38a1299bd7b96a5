"""tf.contrib.framework.python.ops"""

from convflow.api.contrib.framework import *
from convflow.api.contrib.framework.python.ops.arg_scope import *
