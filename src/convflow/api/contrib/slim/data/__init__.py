"""tf.contrib.slim.data"""

from convflow.api.contrib.slim.data import (
    data_decoder,
    data_provider,
    dataset,
    dataset_data_provider,
    parallel_reader,
    prefetch_queue,
    test_utils,
    tfexample_decoder,
)
