"""tensorflow.python.training.momentum"""

from convflow.training.optimizers.momentum import MomentumOptimizer
