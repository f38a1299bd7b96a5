"""tf.contrib.training.python.training"""
