"""tensorflow.python.ops.rnn_cell, and tf.nn.rnn_cell"""

from convflow.modeling.recurrent.cell import RNNCell
from convflow.modeling.recurrent.cells import BasicRNNCell, GRUCell
from convflow.modeling.recurrent.dropout import DropoutWrapper
from convflow.modeling.recurrent.lstm import BasicLSTMCell, LSTMCell, LSTMStateTuple
from convflow.modeling.recurrent.stacked import MultiRNNCell
from convflow.modeling.recurrent.wrappers import DeviceWrapper, ResidualWrapper
