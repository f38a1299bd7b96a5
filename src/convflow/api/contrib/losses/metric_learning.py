"""tf.contrib.losses.metric_learning"""

from convflow.api.contrib.slim.losses.metric_learning import *
