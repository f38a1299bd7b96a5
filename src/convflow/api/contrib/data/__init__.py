"""tf.contrib.data"""

from convflow.input.csv import CsvDataset, make_csv_dataset
from convflow.input.experimental import (
    enumerate_dataset,
    ignore_errors,
    make_batched_features_dataset,
    map_and_batch,
    parallel_interleave,
    scan,
    shuffle_and_repeat,
    unbatch,
)
