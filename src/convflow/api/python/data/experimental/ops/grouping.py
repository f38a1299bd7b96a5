"""tensorflow.python.data.experimental.ops.grouping"""

from convflow.input.choice import bucket_by_sequence_length, group_by_window
from convflow.input.grouping import Reducer, group_by_reducer
