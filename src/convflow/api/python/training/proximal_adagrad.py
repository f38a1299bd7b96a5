"""tensorflow.python.training.proximal_adagrad"""

from convflow.training.optimizers.proximal_adagrad import ProximalAdagradOptimizer
