"""tf.contrib.data"""

from convflow.input.choice import (
    RandomDataset,
    assert_element_shape,
    batch_and_drop_remainder,
    bucket_by_sequence_length,
    choose_from_datasets,
    copy_to_device,
    get_single_element,
    group_by_window,
    padded_batch_and_drop_remainder,
    prefetch_to_device,
    sample_from_datasets,
    unique,
)
from convflow.input.choice import counter as Counter
from convflow.input.csv import CsvDataset, make_csv_dataset
from convflow.input.dataset import AUTOTUNE, Dataset
from convflow.input.experimental import (
    dense_to_sparse_batch,
    enumerate_dataset,
    ignore_errors,
    make_batched_features_dataset,
    map_and_batch,
    parallel_interleave,
    parse_example_dataset,
    scan,
    shuffle_and_repeat,
    unbatch,
)
from convflow.input.experimental import parallel_interleave as sloppy_interleave
from convflow.input.grouping import Reducer, group_by_reducer
from convflow.input.iterators import Iterator
from convflow.input.older import read_batch_features, reduce_dataset, sliding_window_batch
from convflow.input.optional import Optional, get_next_as_optional
from convflow.input.readers import FixedLengthRecordDataset, TextLineDataset, TFRecordDataset
from convflow.input.resampling import rejection_resample
from convflow.input.sources import SqlDataset, TFRecordWriter
from convflow.training.hooks.input_pipeline import CheckpointInputPipelineHook
from convflow.training.iterator_saveable import make_saveable_from_iterator
