"""tensorflow.python.training.optimizer"""

from convflow.training.optimizers.optimizer import Optimizer
