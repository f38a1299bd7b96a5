"""tf.contrib.nccl"""

from convflow.runtime.other_devices import all_max, all_min, all_prod, all_sum, broadcast, reduce_sum
