"""tf.contrib.slim.layers.initializers"""

from convflow.modeling.variables.initializers_contrib import variance_scaling_initializer, xavier_initializer
from convflow.modeling.variables.initializers_contrib import xavier_initializer as xavier_initializer_conv2d
