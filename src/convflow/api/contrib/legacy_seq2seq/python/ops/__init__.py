"""tf.contrib.legacy_seq2seq.python.ops"""

from convflow.api.contrib.legacy_seq2seq.python.ops import seq2seq
