"""tensorflow.python.platform.app"""

from convflow.api import flags
from convflow.core.flags import run
