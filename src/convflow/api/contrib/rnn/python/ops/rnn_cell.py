"""tf.contrib.rnn.python.ops.rnn_cell"""

from convflow.api.contrib.rnn import *
from convflow.modeling.recurrent.linear import Linear as _Linear
from convflow.modeling.recurrent.linear import linear as _linear
