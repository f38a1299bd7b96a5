"""tf.contrib.losses.python.losses.loss_ops"""

from convflow.api.contrib.slim.losses.loss_ops import *
