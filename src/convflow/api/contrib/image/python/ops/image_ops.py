"""tf.contrib.image.python.ops.image_ops"""

from convflow.api.contrib.image import *
