"""Metrics as they were before `tf.metrics`: predictions come first."""
