"""tensorflow.python.ops.gradients"""

from convflow.autodiff.aggregation import AggregationMethod
from convflow.autodiff.custom import custom_gradient
from convflow.autodiff.gradients import UnconnectedGradients, gradients
from convflow.autodiff.hessians import hessians
