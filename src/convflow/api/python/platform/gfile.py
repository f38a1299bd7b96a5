"""tensorflow.python.platform.gfile"""

from convflow.api.gfile import *
