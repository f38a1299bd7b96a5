"""tf.contrib.slim.metrics.histogram_ops"""

from convflow.slim.metrics.histogram import auc_using_histogram
