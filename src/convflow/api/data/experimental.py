"""tf.data.experimental"""

from convflow.input.csv import CsvDataset, make_csv_dataset
from convflow.input.dataset import AUTOTUNE
from convflow.input.experimental import (
    enumerate_dataset,
    ignore_errors,
    make_batched_features_dataset,
    map_and_batch,
    parallel_interleave,
    parse_example_dataset,
    scan,
    shuffle_and_repeat,
    take_while,
    unbatch,
)
