"""What programs test themselves with (API: tf.test)."""
