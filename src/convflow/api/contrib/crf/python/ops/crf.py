"""tf.contrib.crf.python.ops.crf"""

from convflow.api.contrib.crf import *
