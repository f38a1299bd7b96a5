"""tf.contrib.framework.python.framework"""
