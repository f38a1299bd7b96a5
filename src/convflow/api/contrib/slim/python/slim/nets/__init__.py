"""tf.contrib.slim.python.slim.nets"""

from convflow.api.contrib.slim.nets import *
