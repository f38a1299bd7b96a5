"""tf.contrib.slim.data.dataset_data_provider"""

from convflow.slim.data.dataset_data_provider import DatasetDataProvider
