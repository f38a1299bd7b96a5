"""tensorflow.python.training.ftrl"""

from convflow.training.optimizers.ftrl import FtrlOptimizer
