"""tf.contrib.rnn.python.ops.gru_ops"""

from convflow.modeling.recurrent.block_cells import GRUBlockCellV2
