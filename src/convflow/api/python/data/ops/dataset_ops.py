"""tensorflow.python.data.ops.dataset_ops"""

from convflow.input.dataset import Dataset
from convflow.input.dataset import Dataset as DatasetV1
from convflow.input.dataset import Dataset as DatasetV2
from convflow.input.iterators import get_output_classes as get_legacy_output_classes
from convflow.input.iterators import get_output_shapes as get_legacy_output_shapes
from convflow.input.iterators import get_output_types as get_legacy_output_types
from convflow.input.iterators import make_initializable_iterator, make_one_shot_iterator
