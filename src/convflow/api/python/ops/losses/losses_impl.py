"""tensorflow.python.ops.losses.losses_impl"""

from convflow.modeling.losses.classification import (
    hinge_loss,
    log_loss,
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    sparse_softmax_cross_entropy,
)
from convflow.modeling.losses.regression import (
    absolute_difference,
    cosine_distance,
    huber_loss,
    mean_pairwise_squared_error,
    mean_squared_error,
)
from convflow.modeling.losses.weighted import Reduction, compute_weighted_loss
