"""tf.contrib.metrics.python.ops"""
