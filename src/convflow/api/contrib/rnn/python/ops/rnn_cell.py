"""tf.contrib.rnn.python.ops.rnn_cell"""

from convflow.api.contrib.rnn import *
