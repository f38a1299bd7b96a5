"""What programs of eager mode hold their variables in: networks, variable stores, metrics (API: tf.contrib.eager)."""
