"""Estimators: a model function trained, evaluated, asked and exported (API: tf.estimator)."""
