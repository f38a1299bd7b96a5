"""The estimator for TPUs, on this machine's processor (API: tf.contrib.tpu)."""
