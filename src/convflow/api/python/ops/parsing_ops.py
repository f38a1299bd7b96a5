"""tensorflow.python.ops.parsing_ops"""

from convflow.ops.decode_csv import decode_csv
from convflow.ops.parse_sequence import parse_sequence_example, parse_single_sequence_example
from convflow.ops.parsing import parse_example, parse_single_example
from convflow.ops.parsing_features import FixedLenFeature, FixedLenSequenceFeature, SparseFeature, VarLenFeature
from convflow.ops.serialized import decode_compressed, parse_tensor, serialize_tensor
from convflow.ops.string_convert import decode_raw, string_to_number
