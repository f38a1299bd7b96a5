"""tf.contrib.rnn.python.ops.core_rnn"""

from convflow.modeling.recurrent.static import static_bidirectional_rnn, static_rnn, static_state_saving_rnn
