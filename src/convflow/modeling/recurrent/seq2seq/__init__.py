"""Sequence to sequence models whose steps are a loop of the graph, with attention (API: tf.contrib.seq2seq)."""
