"""tf.contrib.learn.python.learn.preprocessing"""

from convflow.api.contrib.learn.preprocessing import *
