"""From logits to predictions, loss, metrics and a training step (API: tf.estimator.Head and its kin)."""
