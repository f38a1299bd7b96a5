"""tensorflow.python.training.adagrad"""

from convflow.training.optimizers.adagrad import AdagradOptimizer
