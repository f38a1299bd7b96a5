"""tf.contrib.metrics"""

from convflow.api.contrib.slim.metrics import *
from convflow.ops.math.confusion_matrix import confusion_matrix
