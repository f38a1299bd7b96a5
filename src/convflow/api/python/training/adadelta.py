"""tensorflow.python.training.adadelta"""

from convflow.training.optimizers.adadelta import AdadeltaOptimizer
