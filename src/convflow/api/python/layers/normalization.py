"""tensorflow.python.layers.normalization"""

from convflow.modeling.layers.normalization import BatchNormalization, batch_normalization
