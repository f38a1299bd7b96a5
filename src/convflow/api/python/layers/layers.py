"""tensorflow.python.layers.layers"""

from convflow.modeling.layers.base import Layer
from convflow.modeling.layers.conv_separable import SeparableConv1D, SeparableConv2D, separable_conv1d, separable_conv2d
from convflow.modeling.layers.conv_transposed import (
    Conv2DTranspose,
    Conv3DTranspose,
    conv2d_transpose,
    conv3d_transpose,
)
from convflow.modeling.layers.convolutional import Conv1D, Conv2D, Conv3D, conv1d, conv2d, conv3d
from convflow.modeling.layers.core import Dense, Dropout, Flatten, dense, dropout, flatten
from convflow.modeling.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
    average_pooling1d,
    average_pooling2d,
    average_pooling3d,
    max_pooling1d,
    max_pooling2d,
    max_pooling3d,
)
