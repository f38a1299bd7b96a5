"""tf.contrib.tensorboard.plugins"""

from convflow.api.contrib.tensorboard.plugins import projector
