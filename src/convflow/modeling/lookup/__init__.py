"""Tables of keys and values (API: tf.lookup, tf.contrib.lookup)."""
