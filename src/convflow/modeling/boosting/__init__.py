"""Boosted trees that learn from a stream of batches (API: tf.contrib.boosted_trees)."""
