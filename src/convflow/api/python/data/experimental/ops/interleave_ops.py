"""tensorflow.python.data.experimental.ops.interleave_ops"""

from convflow.input.experimental import parallel_interleave
