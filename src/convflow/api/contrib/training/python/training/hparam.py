"""tf.contrib.training.python.training.hparam"""

from convflow.training.hparams import HParams, parse_values
