"""Random forests that learn from a stream of batches (API: tf.contrib.tensor_forest)."""
