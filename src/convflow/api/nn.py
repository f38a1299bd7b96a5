"""tf.nn"""

from convflow.api.python.ops import rnn_cell
from convflow.core.lazy import lazy_submodules as _lazy_submodules
from convflow.modeling.losses.averages import compute_average_loss, scale_regularization_loss
from convflow.modeling.recurrent.dynamic import bidirectional_dynamic_rnn, dynamic_rnn
from convflow.modeling.recurrent.raw import raw_rnn
from convflow.modeling.recurrent.static import static_bidirectional_rnn, static_rnn, static_state_saving_rnn
from convflow.ops.activation import crelu, elu, leaky_relu, relu, relu6, selu, softplus, softsign, swish
from convflow.ops.array.depth import depth_to_space, space_to_depth
from convflow.ops.atrous import atrous_conv2d, atrous_conv2d_transpose
from convflow.ops.batch_norm import fused_batch_norm
from convflow.ops.bias import bias_add, relu_layer, xw_plus_b
from convflow.ops.candidate_sampling import (
    all_candidate_sampler,
    compute_accidental_hits,
    fixed_unigram_candidate_sampler,
    learned_unigram_candidate_sampler,
    log_uniform_candidate_sampler,
    uniform_candidate_sampler,
)
from convflow.ops.conv import conv2d, conv2d_backprop_filter, conv2d_backprop_input
from convflow.ops.conv1d import conv1d
from convflow.ops.conv3d import conv3d, conv3d_backprop_filter
from convflow.ops.conv3d import conv3d_backprop_filter as conv3d_backprop_filter_v2
from convflow.ops.conv_transpose import conv1d_transpose, conv2d_transpose, conv3d_transpose, conv_transpose
from convflow.ops.convolution import convolution
from convflow.ops.ctc.decode import ctc_beam_search_decoder, ctc_beam_search_decoder_v2, ctc_greedy_decoder
from convflow.ops.ctc.labels import collapse_repeated, ctc_unique_labels
from convflow.ops.ctc.loss import ctc_loss, ctc_loss_v2
from convflow.ops.depthwise import (
    depthwise_conv2d,
    depthwise_conv2d_backprop_filter,
    depthwise_conv2d_backprop_input,
    depthwise_conv2d_native,
    separable_conv2d,
)
from convflow.ops.depthwise import depthwise_conv2d_backprop_filter as depthwise_conv2d_native_backprop_filter
from convflow.ops.depthwise import depthwise_conv2d_backprop_input as depthwise_conv2d_native_backprop_input
from convflow.ops.dilation import dilation2d, erosion2d
from convflow.ops.dropout import dropout
from convflow.ops.embedding import embedding_lookup
from convflow.ops.embedding_sparse import embedding_lookup_sparse, safe_embedding_lookup_sparse
from convflow.ops.fractional_pool import fractional_avg_pool, fractional_max_pool
from convflow.ops.losses import (
    l2_loss,
    log_poisson_loss,
    sigmoid_cross_entropy_with_logits,
    weighted_cross_entropy_with_logits,
)
from convflow.ops.lrn import local_response_normalization
from convflow.ops.lrn import local_response_normalization as lrn
from convflow.ops.math.elementwise import sigmoid, tanh
from convflow.ops.math.moments import moments, normalize_moments, sufficient_statistics, weighted_moments
from convflow.ops.norm import batch_norm_with_global_normalization, batch_normalization, l2_normalize, zero_fraction
from convflow.ops.pool import avg_pool, max_pool, max_pool2d
from convflow.ops.pool import avg_pool as avg_pool2d
from convflow.ops.pool3d import avg_pool3d, max_pool3d
from convflow.ops.pool_any import avg_pool1d, avg_pool_v2, max_pool1d, max_pool_v2, pool
from convflow.ops.pool_argmax import max_pool_with_argmax
from convflow.ops.quantized_pool import quantized_avg_pool, quantized_max_pool
from convflow.ops.sampled_losses import nce_loss, sampled_softmax_loss
from convflow.ops.softmax import log_softmax, softmax
from convflow.ops.space_to_batch import space_to_batch
from convflow.ops.top_k import in_top_k, top_k
from convflow.ops.with_space_to_batch import with_space_to_batch
from convflow.ops.xent import (
    softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
)

# Names from before TensorFlow 1.0 are answered with their new ones.
__getattr__, __dir__ = _lazy_submodules(__name__)
