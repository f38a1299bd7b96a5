"""Keras layers: named and built as tf.keras does, of the computations of tf.layers (API: tf.keras.layers)."""
