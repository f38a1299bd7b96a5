"""Metrics over many batches, their counts kept in local variables (API: tf.metrics)."""
