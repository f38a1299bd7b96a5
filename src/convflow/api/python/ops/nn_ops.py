"""tensorflow.python.ops.nn_ops"""

from convflow.ops.activation import crelu, elu, leaky_relu, relu, relu6, selu, softplus, softsign
from convflow.ops.atrous import atrous_conv2d, atrous_conv2d_transpose
from convflow.ops.bias import bias_add, xw_plus_b
from convflow.ops.conv import conv2d, conv2d_backprop_filter, conv2d_backprop_input
from convflow.ops.conv1d import conv1d
from convflow.ops.conv3d import conv3d, conv3d_backprop_filter
from convflow.ops.conv3d import conv3d_backprop_filter as conv3d_backprop_filter_v2
from convflow.ops.conv_transpose import conv1d_transpose, conv2d_transpose, conv3d_transpose, conv_transpose
from convflow.ops.convolution import convolution
from convflow.ops.depthwise import depthwise_conv2d_backprop_filter as depthwise_conv2d_native_backprop_filter
from convflow.ops.depthwise import depthwise_conv2d_backprop_input as depthwise_conv2d_native_backprop_input
from convflow.ops.depthwise import depthwise_conv2d_native
from convflow.ops.dilation import dilation2d, erosion2d
from convflow.ops.dropout import dropout
from convflow.ops.fractional_pool import fractional_avg_pool, fractional_max_pool
from convflow.ops.losses import l2_loss
from convflow.ops.lrn import local_response_normalization
from convflow.ops.lrn import local_response_normalization as lrn
from convflow.ops.pool import avg_pool, max_pool, max_pool2d
from convflow.ops.pool import avg_pool as avg_pool2d
from convflow.ops.pool3d import avg_pool3d, max_pool3d
from convflow.ops.pool_any import avg_pool1d, avg_pool_v2, max_pool1d, max_pool_v2, pool
from convflow.ops.pool_argmax import max_pool_with_argmax
from convflow.ops.softmax import log_softmax, softmax
from convflow.ops.top_k import in_top_k, top_k
from convflow.ops.with_space_to_batch import with_space_to_batch
from convflow.ops.xent import (
    softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
)
