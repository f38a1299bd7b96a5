"""tf.keras.backend"""

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
from convflow.ops.array.reshape import expand_dims, reshape, squeeze
from convflow.ops.array.shape_ops import shape
from convflow.ops.array.stack import stack
from convflow.ops.math.argmax import argmax, argmin
from convflow.ops.math.arithmetic import maximum, minimum, pow
from convflow.ops.math.elementwise import abs, exp, log, round, sign, sqrt, square
from convflow.ops.math.reduce import reduce_max as max
from convflow.ops.math.reduce import reduce_mean as mean
from convflow.ops.math.reduce import reduce_min as min
from convflow.ops.math.reduce import reduce_prod as prod
from convflow.ops.math.reduce import reduce_sum as sum
from convflow.ops.math.statistics import reduce_std as std
from convflow.ops.random import random_normal, random_uniform
from convflow.training.keras.losses import (
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
