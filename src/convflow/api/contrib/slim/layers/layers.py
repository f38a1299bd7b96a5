"""tf.contrib.slim.layers"""

from convflow.modeling.variables.initializers_contrib import variance_scaling_initializer, xavier_initializer
from convflow.modeling.variables.initializers_contrib import xavier_initializer as xavier_initializer_conv2d
from convflow.modeling.variables.regularizers import (
    apply_regularization,
    l1_l2_regularizer,
    l1_regularizer,
    l2_regularizer,
    sum_regularizer,
)
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.conv import (
    convolution,
    convolution1d,
    convolution2d,
    convolution2d_transpose,
    convolution3d,
    convolution3d_transpose,
)
from convflow.slim.layers.conv import convolution1d as conv1d
from convflow.slim.layers.conv import convolution2d as conv2d
from convflow.slim.layers.conv import convolution2d_transpose as conv2d_transpose
from convflow.slim.layers.conv import convolution3d as conv3d
from convflow.slim.layers.conv import convolution3d_transpose as conv3d_transpose
from convflow.slim.layers.dense import (
    bias_add,
    elu,
    fully_connected,
    legacy_fully_connected,
    legacy_linear,
    legacy_relu,
    linear,
    relu,
    relu6,
)
from convflow.slim.layers.depthwise import convolution2d_in_plane, separable_convolution2d
from convflow.slim.layers.depthwise import convolution2d_in_plane as conv2d_in_plane
from convflow.slim.layers.depthwise import separable_convolution2d as separable_conv2d
from convflow.slim.layers.gdn import GDN, gdn
from convflow.slim.layers.inner_flatten import inner_flatten as _inner_flatten
from convflow.slim.layers.normalization import group_norm, instance_norm, layer_norm, poincare_normalize, unit_norm
from convflow.slim.layers.pooling import avg_pool2d, avg_pool3d, max_pool2d, max_pool3d, pool
from convflow.slim.layers.repeat import repeat, stack
from convflow.slim.layers.shaping import (
    dense_to_sparse,
    dropout,
    flatten,
    images_to_sequence,
    maxout,
    one_hot_encoding,
    scale_gradient,
    sequence_to_images,
)
from convflow.slim.layers.softmax import softmax, spatial_softmax
