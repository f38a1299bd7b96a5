"""Pictures: their files, sizes, colours and boxes (API: tf.image)."""
