"""tf.contrib.learn.datasets.mnist"""

from convflow.datasets.batches import DataSet, Datasets
from convflow.datasets.input_data import (
    dense_to_one_hot,
    extract_images,
    extract_labels,
    load_mnist,
    read_data_sets,
)
