"""tensorflow.python.training.rmsprop"""

from convflow.training.optimizers.rmsprop import RMSPropOptimizer
