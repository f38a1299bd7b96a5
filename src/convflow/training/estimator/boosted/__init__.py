"""Estimators of boosted trees (API: tf.estimator.BoostedTreesClassifier, tf.contrib.boosted_trees)."""
