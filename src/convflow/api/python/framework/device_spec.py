"""tensorflow.python.framework.device_spec"""

from convflow.graph.device import DeviceSpec as DeviceSpecV1
from convflow.graph.device import DeviceSpec as DeviceSpecV2
