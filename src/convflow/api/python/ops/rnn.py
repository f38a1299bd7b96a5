"""tensorflow.python.ops.rnn"""

from convflow.api.python.ops import rnn_cell_impl
from convflow.modeling.recurrent.dynamic import bidirectional_dynamic_rnn, dynamic_rnn
from convflow.modeling.recurrent.raw import raw_rnn
from convflow.modeling.recurrent.static import static_bidirectional_rnn, static_rnn, static_state_saving_rnn
