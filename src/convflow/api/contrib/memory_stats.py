"""tf.contrib.memory_stats"""

from convflow.runtime.other_devices import BytesInUse, BytesLimit, MaxBytesInUse
