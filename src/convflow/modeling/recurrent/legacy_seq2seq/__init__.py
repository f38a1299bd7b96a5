"""Sequence to sequence models whose graphs have a node for every step (API: tf.contrib.legacy_seq2seq)."""
