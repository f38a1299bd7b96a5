"""tf.contrib.slim.python.slim.data"""

from convflow.api.contrib.slim.data import *
