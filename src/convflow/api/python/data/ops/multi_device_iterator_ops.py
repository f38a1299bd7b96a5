"""tensorflow.python.data.ops.multi_device_iterator_ops"""

from convflow.runtime.other_devices import MultiDeviceIterator
