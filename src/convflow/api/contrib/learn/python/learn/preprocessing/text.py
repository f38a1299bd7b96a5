"""tf.contrib.learn.python.learn.preprocessing.text"""

from convflow.api.contrib.learn.preprocessing import *
