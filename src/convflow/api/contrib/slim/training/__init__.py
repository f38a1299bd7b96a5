"""tf.contrib.slim.training"""

from convflow.api.contrib.slim.training import evaluation, training
from convflow.api.contrib.slim.training.training import *
