"""tf.contrib.seq2seq.python.ops.beam_search_ops"""

from convflow.ops.gather_tree import gather_tree
