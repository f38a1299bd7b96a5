"""tensorflow.python.training.gradient_descent"""

from convflow.training.optimizers.gradient_descent import GradientDescentOptimizer
