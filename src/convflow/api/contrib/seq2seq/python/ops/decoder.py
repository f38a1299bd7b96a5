"""tf.contrib.seq2seq.python.ops.decoder"""

from convflow.modeling.recurrent.seq2seq.decoder import Decoder, dynamic_decode
