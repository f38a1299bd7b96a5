"""tensorflow.python.framework.errors"""

from convflow.api.errors import *
