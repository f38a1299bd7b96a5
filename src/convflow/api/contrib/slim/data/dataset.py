"""tf.contrib.slim.data.dataset"""

from convflow.slim.data.dataset import Dataset
