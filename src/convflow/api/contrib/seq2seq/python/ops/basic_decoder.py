"""tf.contrib.seq2seq.python.ops.basic_decoder"""

from convflow.modeling.recurrent.seq2seq.basic_decoder import BasicDecoder, BasicDecoderOutput
