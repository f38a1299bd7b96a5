"""tensorflow.python.data.experimental.ops.batching"""

from convflow.input.experimental import map_and_batch, unbatch
