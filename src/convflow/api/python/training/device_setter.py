"""tensorflow.python.training.device_setter"""

from convflow.training.device_setter import STANDARD_PS_OPS, replica_device_setter
