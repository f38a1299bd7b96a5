"""Losses of whole batches, collected in the graph (API: tf.losses)."""
