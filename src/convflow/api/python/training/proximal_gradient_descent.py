"""tensorflow.python.training.proximal_gradient_descent"""

from convflow.training.optimizers.proximal_gradient_descent import ProximalGradientDescentOptimizer
