"""tf.contrib.seq2seq.python.ops.loss"""

from convflow.modeling.recurrent.seq2seq.loss import sequence_loss
