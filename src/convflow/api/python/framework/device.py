"""tensorflow.python.framework.device"""

from convflow.graph.device import DeviceSpec
