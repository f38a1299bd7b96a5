"""tf.contrib.legacy_seq2seq.python.ops.seq2seq"""

from convflow.modeling.recurrent.legacy_seq2seq.attention import (
    attention_decoder,
    embedding_attention_decoder,
    embedding_attention_seq2seq,
)
from convflow.modeling.recurrent.legacy_seq2seq.decoders import embedding_rnn_decoder, rnn_decoder
from convflow.modeling.recurrent.legacy_seq2seq.losses import (
    model_with_buckets,
    sequence_loss,
    sequence_loss_by_example,
)
from convflow.modeling.recurrent.legacy_seq2seq.models import (
    basic_rnn_seq2seq,
    embedding_rnn_seq2seq,
    embedding_tied_rnn_seq2seq,
    one2many_rnn_seq2seq,
    tied_rnn_seq2seq,
)
