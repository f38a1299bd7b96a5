"""tensorflow.python.ops.gradient_checker"""

from convflow.testing.gradients import compute_gradient, compute_gradient_error
