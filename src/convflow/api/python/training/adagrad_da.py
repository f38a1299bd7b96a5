"""tensorflow.python.training.adagrad_da"""

from convflow.training.optimizers.adagrad_da import AdagradDAOptimizer
