"""tf.contrib.rnn.python.ops.core_rnn_cell"""

from convflow.modeling.recurrent.linear import EmbeddingWrapper, InputProjectionWrapper, OutputProjectionWrapper
