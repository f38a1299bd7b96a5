"""tf.contrib.rnn.python.ops.rnn"""

from convflow.modeling.recurrent.stacked_bidirectional import stack_bidirectional_dynamic_rnn, stack_bidirectional_rnn
