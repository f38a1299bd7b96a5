"""tf.data.experimental"""

from convflow.input.choice import (
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    RandomDataset,
    bucket_by_sequence_length,
    choose_from_datasets,
    copy_to_device,
    get_single_element,
    group_by_window,
    prefetch_to_device,
    sample_from_datasets,
    unique,
)
from convflow.input.choice import counter as Counter
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
from convflow.input.options import DistributeOptions, OptimizationOptions, ThreadingOptions
