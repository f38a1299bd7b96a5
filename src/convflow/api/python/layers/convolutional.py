"""tensorflow.python.layers.convolutional"""

from convflow.modeling.layers.conv_separable import SeparableConv1D, SeparableConv2D, separable_conv1d, separable_conv2d
from convflow.modeling.layers.conv_transposed import (
    Conv2DTranspose,
    Conv3DTranspose,
    conv2d_transpose,
    conv3d_transpose,
)
from convflow.modeling.layers.convolutional import Conv1D, Conv2D, Conv3D, conv1d, conv2d, conv3d
