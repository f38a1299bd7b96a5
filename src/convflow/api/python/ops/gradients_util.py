"""tensorflow.python.ops.gradients_util"""

from convflow.autodiff.aggregation import AggregationMethod
from convflow.autodiff.gradients import UnconnectedGradients
