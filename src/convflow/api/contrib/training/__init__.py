"""tf.contrib.training"""

from convflow.api.contrib.slim.training.evaluation import *
from convflow.api.contrib.slim.training.training import *
from convflow.training.hparams import HParams, parse_values
