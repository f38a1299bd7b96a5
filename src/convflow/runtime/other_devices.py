"""What programs import for several devices and for GPUs, and can do without: using it says that it is not here."""

from __future__ import annotations

from convflow.core.absent import Absent

_REASON = "nodes run on one CPU"
_ONE_DEVICE = "Ask the program for one device, the CPU."

all_sum = Absent("tf.contrib.nccl.all_sum", _REASON, _ONE_DEVICE)
all_max = Absent("tf.contrib.nccl.all_max", _REASON, _ONE_DEVICE)
all_min = Absent("tf.contrib.nccl.all_min", _REASON, _ONE_DEVICE)
all_prod = Absent("tf.contrib.nccl.all_prod", _REASON, _ONE_DEVICE)
broadcast = Absent("tf.contrib.nccl.broadcast", _REASON, _ONE_DEVICE)
reduce_sum = Absent("tf.contrib.nccl.reduce_sum", _REASON, _ONE_DEVICE)

all_reduce = Absent("tensorflow.python.ops.collective_ops.all_reduce", _REASON, _ONE_DEVICE)
broadcast_send = Absent("tensorflow.python.ops.collective_ops.broadcast_send", _REASON, _ONE_DEVICE)
broadcast_recv = Absent("tensorflow.python.ops.collective_ops.broadcast_recv", _REASON, _ONE_DEVICE)

MultiDeviceIterator = Absent(
    "tensorflow.python.data.ops.multi_device_iterator_ops.MultiDeviceIterator", _REASON, "Use a tf.data iterator."
)
RecordInput = Absent(
    "tensorflow.python.ops.data_flow_ops.RecordInput", "records are read by tf.data", "Use tf.data.TFRecordDataset."
)

BytesInUse = Absent("tf.contrib.memory_stats.BytesInUse", _REASON, "convflow.explain shows the memory of a run.")
BytesLimit = Absent("tf.contrib.memory_stats.BytesLimit", _REASON, "convflow.explain shows the memory of a run.")
MaxBytesInUse = Absent("tf.contrib.memory_stats.MaxBytesInUse", _REASON, "convflow.explain shows the memory of a run.")

create_inference_graph = Absent(
    "tf.contrib.tensorrt.create_inference_graph", "TensorRT needs a GPU", "Run the graph as it is."
)
