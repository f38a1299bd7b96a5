"""tensorflow.python.ops.logging_ops"""

from convflow.ops.assertion import assert_ as Assert
from convflow.ops.logging import Print
from convflow.training.summaries import tensor_summary
