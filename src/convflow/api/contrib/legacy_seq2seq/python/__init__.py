"""tf.contrib.legacy_seq2seq.python"""

from convflow.api.contrib.legacy_seq2seq.python import ops
