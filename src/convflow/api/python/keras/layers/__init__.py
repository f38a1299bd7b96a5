"""tensorflow.python.keras.layers"""

from convflow.api.keras.layers import *
from convflow.api.python.keras.layers import (
    advanced_activations,
    convolutional,
    convolutional_recurrent,
    core,
    embeddings,
    local,
    merge,
    noise,
    normalization,
    pooling,
    recurrent,
    wrappers,
)
