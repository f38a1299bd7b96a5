"""Distribution strategies over the one device there is (API: tf.distribute)."""
