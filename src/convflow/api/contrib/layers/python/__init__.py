"""tf.contrib.layers.python"""
