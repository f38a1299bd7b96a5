"""tensorflow.python.ops.nn_impl"""

from convflow.ops.activation import swish
from convflow.ops.batch_norm import fused_batch_norm
from convflow.ops.bias import relu_layer
from convflow.ops.depthwise import depthwise_conv2d, separable_conv2d
from convflow.ops.linalg.norm import normalize
from convflow.ops.losses import log_poisson_loss, sigmoid_cross_entropy_with_logits, weighted_cross_entropy_with_logits
from convflow.ops.math.moments import moments, normalize_moments, sufficient_statistics, weighted_moments
from convflow.ops.norm import batch_norm_with_global_normalization, batch_normalization, l2_normalize, zero_fraction
from convflow.ops.sampled_losses import nce_loss, sampled_softmax_loss
