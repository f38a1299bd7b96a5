"""tf.contrib.losses"""

from convflow.api.contrib.losses import metric_learning
from convflow.api.contrib.slim.losses.loss_ops import *
