"""Networks for pictures whose weights are published (API: tf.keras.applications)."""
