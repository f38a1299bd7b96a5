"""tf.contrib.slim.data.data_provider"""

from convflow.slim.data.data_provider import DataProvider
