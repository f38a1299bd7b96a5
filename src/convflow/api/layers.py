"""tf.layers"""

from convflow.modeling.layers.base import Layer
from convflow.modeling.layers.convolutional import Conv2D, conv2d
from convflow.modeling.layers.core import Dense, Dropout, Flatten, dense, dropout, flatten
from convflow.modeling.layers.input_spec import InputSpec
from convflow.modeling.layers.normalization import BatchNormalization, batch_normalization
from convflow.modeling.layers.pooling import AveragePooling2D, MaxPooling2D, average_pooling2d, max_pooling2d
