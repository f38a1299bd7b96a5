"""Keras models: layers put together, trained, saved (API: tf.keras.models, optimizers, losses, callbacks)."""
