"""tf.contrib.learn.python"""

from convflow.api.contrib.learn.python import learn
