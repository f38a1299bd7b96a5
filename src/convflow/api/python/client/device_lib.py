"""tensorflow.python.client.device_lib"""

from convflow.runtime.devices import list_local_devices
