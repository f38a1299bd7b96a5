"""Clusters of points (API: tf.contrib.factorization)."""
