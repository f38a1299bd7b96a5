"""Sounds as frames, spectra and features (API: tf.signal, tf.contrib.signal)."""
