"""tensorflow.python.training.adam"""

from convflow.training.optimizers.adam import AdamOptimizer
