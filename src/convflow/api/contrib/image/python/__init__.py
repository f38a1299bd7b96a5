"""tf.contrib.image.python"""
