"""Estimators that bring their model (API: tf.estimator.DNNClassifier and its kin)."""
