"""tf.contrib.slim.metrics.histogram_ops"""

from convflow.slim.metrics.histogram import auc_using_histogram
from convflow.slim.metrics.histogram import strict_1d_cumsum as _strict_1d_cumsum
