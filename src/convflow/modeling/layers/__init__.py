"""tf.layers: layer classes and the functions over them."""
