"""tensorflow.python.tf2"""

from convflow.core.version import is_tensorflow_2 as enabled
