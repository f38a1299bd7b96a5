"""tensorflow.python.util.nest"""

from convflow.core.nest import assert_same_structure, flatten, is_nested, map_structure, pack_sequence_as
from convflow.core.nest import is_nested as is_sequence
