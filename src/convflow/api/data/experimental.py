"""tf.data.experimental"""

from convflow.graph.type_spec import TypeSpec as Structure
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
    dense_to_sparse_batch,
    enumerate_dataset,
    ignore_errors,
    make_batched_features_dataset,
    map_and_batch,
    map_and_batch_with_legacy_function,
    parallel_interleave,
    parse_example_dataset,
    scan,
    shuffle_and_repeat,
    take_while,
    unbatch,
)
from convflow.input.grouping import Reducer, group_by_reducer
from convflow.input.kinds import SparseTensorStructure, TensorStructure
from convflow.input.nested import DatasetSpec as DatasetStructure
from convflow.input.optional import Optional, get_next_as_optional, get_structure, to_variant
from convflow.input.optional import OptionalSpec as OptionalStructure
from convflow.input.options import DistributeOptions, OptimizationOptions, ThreadingOptions
from convflow.input.resampling import rejection_resample
from convflow.input.sources import SqlDataset, TFRecordWriter, cardinality, from_variant
from convflow.training.hooks.input_pipeline import CheckpointInputPipelineHook
from convflow.training.iterator_saveable import make_saveable_from_iterator
