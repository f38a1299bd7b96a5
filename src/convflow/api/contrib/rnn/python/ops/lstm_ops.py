"""tf.contrib.rnn.python.ops.lstm_ops"""

from convflow.modeling.recurrent.block_cells import LSTMBlockCell, LSTMBlockFusedCell
