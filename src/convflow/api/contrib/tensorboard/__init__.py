"""tf.contrib.tensorboard"""

from convflow.api.contrib.tensorboard import plugins
