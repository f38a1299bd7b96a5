"""tensorflow.python.ops.data_flow_ops"""

from convflow.ops.accumulator import (
    ConditionalAccumulator,
    ConditionalAccumulatorBase,
    SparseConditionalAccumulator,
)
from convflow.ops.array.partition import dynamic_partition
from convflow.ops.array.stitch import dynamic_stitch
from convflow.ops.queue import FIFOQueue, PaddingFIFOQueue, PriorityQueue, QueueBase, RandomShuffleQueue
from convflow.ops.staging import StagingArea
from convflow.ops.tensor_array import TensorArray
from convflow.runtime.other_devices import RecordInput
