"""tf.contrib.framework.python"""
