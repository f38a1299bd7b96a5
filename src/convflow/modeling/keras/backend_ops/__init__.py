"""Functions of tensors under Keras' names and in its terms (API: tf.keras.backend)."""
