"""tf.contrib.slim.layers.regularizers"""

from convflow.modeling.variables.regularizers import (
    apply_regularization,
    l1_l2_regularizer,
    l1_regularizer,
    l2_regularizer,
    sum_regularizer,
)
