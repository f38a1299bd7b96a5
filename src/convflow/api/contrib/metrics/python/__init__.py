"""tf.contrib.metrics.python"""
