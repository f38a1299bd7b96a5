"""tf.keras.layers"""

from convflow.modeling.keras.advanced_activations import ELU, LeakyReLU, PReLU, ReLU, Softmax, ThresholdedReLU
from convflow.modeling.keras.attention import AdditiveAttention, Attention
from convflow.modeling.keras.base import Layer
from convflow.modeling.keras.convolutional import (
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    Conv3D,
    Conv3DTranspose,
    Cropping1D,
    Cropping2D,
    Cropping3D,
    DepthwiseConv2D,
    SeparableConv1D,
    SeparableConv2D,
    UpSampling1D,
    UpSampling2D,
    UpSampling3D,
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D,
)
from convflow.modeling.keras.convolutional import Conv1D as Convolution1D
from convflow.modeling.keras.convolutional import Conv2D as Convolution2D
from convflow.modeling.keras.convolutional import Conv2DTranspose as Convolution2DTranspose
from convflow.modeling.keras.convolutional import Conv3D as Convolution3D
from convflow.modeling.keras.convolutional import Conv3DTranspose as Convolution3DTranspose
from convflow.modeling.keras.convolutional import SeparableConv1D as SeparableConvolution1D
from convflow.modeling.keras.convolutional import SeparableConv2D as SeparableConvolution2D
from convflow.modeling.keras.convolutional_recurrent import ConvLSTM2D
from convflow.modeling.keras.core import (
    Activation,
    ActivityRegularization,
    AlphaDropout,
    Dense,
    Dropout,
    Flatten,
    GaussianDropout,
    GaussianNoise,
    Input,
    InputLayer,
    Lambda,
    Masking,
    Permute,
    RepeatVector,
    Reshape,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from convflow.modeling.keras.embeddings import Embedding
from convflow.modeling.keras.local import LocallyConnected1D, LocallyConnected2D
from convflow.modeling.keras.merge import (
    Add,
    Average,
    Concatenate,
    Dot,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    concatenate,
    dot,
    multiply,
    subtract,
)
from convflow.modeling.keras.merge import maximum_of as maximum
from convflow.modeling.keras.merge import minimum_of as minimum
from convflow.modeling.keras.normalization import BatchNormalization, LayerNormalization
from convflow.modeling.keras.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from convflow.modeling.keras.pooling import AveragePooling1D as AvgPool1D
from convflow.modeling.keras.pooling import AveragePooling2D as AvgPool2D
from convflow.modeling.keras.pooling import AveragePooling3D as AvgPool3D
from convflow.modeling.keras.pooling import GlobalAveragePooling1D as GlobalAvgPool1D
from convflow.modeling.keras.pooling import GlobalAveragePooling2D as GlobalAvgPool2D
from convflow.modeling.keras.pooling import GlobalAveragePooling3D as GlobalAvgPool3D
from convflow.modeling.keras.pooling import GlobalMaxPooling1D as GlobalMaxPool1D
from convflow.modeling.keras.pooling import GlobalMaxPooling2D as GlobalMaxPool2D
from convflow.modeling.keras.pooling import GlobalMaxPooling3D as GlobalMaxPool3D
from convflow.modeling.keras.pooling import MaxPooling1D as MaxPool1D
from convflow.modeling.keras.pooling import MaxPooling2D as MaxPool2D
from convflow.modeling.keras.pooling import MaxPooling3D as MaxPool3D
from convflow.modeling.keras.recurrent import GRU, LSTM, RNN, CuDNNGRU, CuDNNLSTM, SimpleRNN
from convflow.modeling.keras.recurrent_cells import AbstractRNNCell, GRUCell, LSTMCell, SimpleRNNCell, StackedRNNCells
from convflow.modeling.keras.wrappers import Bidirectional, TimeDistributed, Wrapper
from convflow.modeling.layers.input_spec import InputSpec
