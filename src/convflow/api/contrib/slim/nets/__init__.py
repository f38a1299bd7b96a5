"""tf.contrib.slim.nets"""

from convflow.slim.nets import vgg
