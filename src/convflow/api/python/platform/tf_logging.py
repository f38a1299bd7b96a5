"""tensorflow.python.platform.tf_logging"""

from convflow.api.logging import *
from convflow.core.logging import get_logger
