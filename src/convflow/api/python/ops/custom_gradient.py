"""tensorflow.python.ops.custom_gradient"""

from convflow.autodiff.custom import custom_gradient, grad_pass_through, recompute_grad
from convflow.autodiff.gradients import UnconnectedGradients
