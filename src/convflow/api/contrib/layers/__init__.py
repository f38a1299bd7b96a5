"""tf.contrib.layers"""

from convflow.modeling.variables.initializers_contrib import variance_scaling_initializer, xavier_initializer
from convflow.modeling.variables.initializers_contrib import xavier_initializer as xavier_initializer_conv2d
from convflow.modeling.variables.regularizers import (
    apply_regularization,
    l1_l2_regularizer,
    l1_regularizer,
    l2_regularizer,
    sum_regularizer,
)
