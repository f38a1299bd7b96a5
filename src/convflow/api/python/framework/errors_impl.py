"""tensorflow.python.framework.errors_impl"""

from convflow.api.errors import *
