"""tf.keras.backend"""

from convflow.graph.scopes import name_scope
from convflow.modeling.functional import foldl, foldr, map_fn
from convflow.modeling.keras.activations import elu, hard_sigmoid, relu, sigmoid, softmax, softplus, softsign, tanh
from convflow.modeling.keras.backend import (
    batch_get_value,
    batch_set_value,
    clear_session,
    epsilon,
    floatx,
    function,
    get_session,
    get_uid,
    get_value,
    image_data_format,
    int_shape,
    learning_phase,
    learning_phase_scope,
    placeholder,
    reset_uids,
    set_epsilon,
    set_floatx,
    set_image_data_format,
    set_learning_phase,
    set_session,
    set_value,
    variable,
)
from convflow.modeling.keras.backend_ctc import ctc_batch_cost, ctc_decode, ctc_label_dense_to_sparse
from convflow.modeling.keras.backend_ops.arithmetic import (
    all,
    any,
    argmax,
    argmin,
    batch_dot,
    clip,
    dot,
    l2_normalize,
    mean,
    moving_average_update,
    sqrt,
    update,
    update_add,
    update_sub,
)
from convflow.modeling.keras.backend_ops.phases import dropout, in_test_phase, in_train_phase, print_tensor, switch
from convflow.modeling.keras.backend_ops.pictures import (
    bias_add,
    conv1d,
    conv2d,
    conv3d,
    depthwise_conv2d,
    pool2d,
    pool3d,
    resize_images,
    separable_conv2d,
    spatial_2d_padding,
    temporal_padding,
)
from convflow.modeling.keras.backend_ops.shapes import (
    batch_flatten,
    concatenate,
    flatten,
    gather,
    permute_dimensions,
    repeat,
    repeat_elements,
    reverse,
    tile,
)
from convflow.modeling.keras.backend_ops.values import (
    arange,
    cast,
    cast_to_floatx,
    constant,
    count_params,
    dtype,
    eval,
    eye,
    is_keras_tensor,
    is_sparse,
    ndim,
    one_hot,
    ones,
    random_binomial,
    random_normal,
    random_normal_variable,
    random_uniform,
    random_uniform_variable,
    truncated_normal,
    zeros,
)
from convflow.modeling.keras.rnn_loop import rnn
from convflow.ops.array.constant import ones_like, zeros_like
from convflow.ops.array.identity import stop_gradient
from convflow.ops.array.reshape import expand_dims, reshape, squeeze
from convflow.ops.array.shape_ops import shape
from convflow.ops.array.stack import stack
from convflow.ops.array.transpose import transpose
from convflow.ops.math.arithmetic import maximum, minimum, pow
from convflow.ops.math.comparison import equal, greater, greater_equal, less, less_equal, not_equal
from convflow.ops.math.elementwise import abs, cos, exp, log, round, sign, sin, square
from convflow.ops.math.reduce import reduce_max as max
from convflow.ops.math.reduce import reduce_min as min
from convflow.ops.math.reduce import reduce_prod as prod
from convflow.ops.math.reduce import reduce_sum as sum
from convflow.ops.math.scan import cumprod, cumsum
from convflow.ops.math.statistics import reduce_std as std
from convflow.ops.math.statistics import reduce_variance as var
from convflow.ops.top_k import in_top_k
from convflow.training.keras.losses import (
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from convflow.training.keras.optimizer_base import backend_gradients as gradients
