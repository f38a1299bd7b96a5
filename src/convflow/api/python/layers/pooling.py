"""tensorflow.python.layers.pooling"""

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
from convflow.ops.pool import avg_pool as avg_pool2d
from convflow.ops.pool import max_pool2d
