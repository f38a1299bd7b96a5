"""tf.contrib.slim.metrics.classification"""

from convflow.slim.metrics.aggregate import accuracy
from convflow.slim.metrics.rates import f1_score
