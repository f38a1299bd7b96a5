"""tf.contrib.rnn"""

from convflow.modeling.recurrent.block_cells import GRUBlockCellV2, LSTMBlockCell, LSTMBlockFusedCell
from convflow.modeling.recurrent.cell import LayerRNNCell, RNNCell
from convflow.modeling.recurrent.cells import BasicRNNCell, GRUCell
from convflow.modeling.recurrent.conv_lstm import Conv1DLSTMCell, Conv2DLSTMCell, Conv3DLSTMCell, ConvLSTMCell
from convflow.modeling.recurrent.dropout import DropoutWrapper
from convflow.modeling.recurrent.layer_norm_lstm import LayerNormBasicLSTMCell
from convflow.modeling.recurrent.linear import EmbeddingWrapper, InputProjectionWrapper, OutputProjectionWrapper
from convflow.modeling.recurrent.lstm import BasicLSTMCell, LSTMCell, LSTMStateTuple
from convflow.modeling.recurrent.stacked import MultiRNNCell
from convflow.modeling.recurrent.stacked_bidirectional import stack_bidirectional_dynamic_rnn, stack_bidirectional_rnn
from convflow.modeling.recurrent.static import static_bidirectional_rnn, static_rnn, static_state_saving_rnn
from convflow.modeling.recurrent.wrappers import DeviceWrapper, ResidualWrapper
