"""tf.nn"""

from convflow.ops.activation import elu, leaky_relu, relu, relu6, selu, softplus, softsign
from convflow.ops.bias import bias_add
from convflow.ops.conv import conv2d, conv2d_backprop_filter, conv2d_backprop_input, conv2d_transpose
from convflow.ops.convolution import convolution
from convflow.ops.dropout import dropout
from convflow.ops.math.elementwise import sigmoid, tanh
from convflow.ops.pool import avg_pool, max_pool
from convflow.ops.pool import avg_pool as avg_pool2d
from convflow.ops.pool import max_pool as max_pool2d
from convflow.ops.softmax import log_softmax, softmax
from convflow.ops.xent import (
    softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
)
