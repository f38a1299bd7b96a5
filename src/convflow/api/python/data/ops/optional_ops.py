"""tensorflow.python.data.ops.optional_ops"""

from convflow.input.optional import Optional
from convflow.input.optional import OptionalSpec as OptionalStructure
