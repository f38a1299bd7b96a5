"""tf.contrib.training.python"""
