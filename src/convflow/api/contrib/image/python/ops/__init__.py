"""tf.contrib.image.python.ops"""
