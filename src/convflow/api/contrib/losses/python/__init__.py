"""tf.contrib.losses.python"""
