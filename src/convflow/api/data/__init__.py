"""tf.data"""

from convflow.api.data import experimental
from convflow.input.dataset import AUTOTUNE, Dataset
from convflow.input.iterators import (
    Iterator,
    get_output_classes,
    get_output_shapes,
    get_output_types,
    make_initializable_iterator,
    make_one_shot_iterator,
)
from convflow.input.nested import DatasetSpec
from convflow.input.options import Options
from convflow.input.readers import FixedLengthRecordDataset, TextLineDataset, TFRecordDataset
