"""The estimators of 2016 and 2017 (API: tf.contrib.learn)."""
