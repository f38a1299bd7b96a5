"""tf.contrib.legacy_seq2seq"""

from convflow.api.contrib.legacy_seq2seq.python.ops.seq2seq import *
