"""tf.contrib.rnn.python.ops.core_rnn_cell_impl"""

from convflow.api.contrib.rnn import (
    BasicLSTMCell,
    BasicRNNCell,
    DeviceWrapper,
    DropoutWrapper,
    GRUCell,
    LSTMCell,
    LSTMStateTuple,
    MultiRNNCell,
    ResidualWrapper,
    RNNCell,
)
from convflow.modeling.recurrent.linear import EmbeddingWrapper, InputProjectionWrapper, OutputProjectionWrapper
from convflow.modeling.recurrent.linear import Linear as _Linear
from convflow.modeling.recurrent.linear import linear as _linear
