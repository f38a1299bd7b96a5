"""tf.config.experimental"""

from convflow.runtime.physical_devices import (
    VirtualDeviceConfiguration,
    get_memory_growth,
    get_virtual_device_configuration,
    get_visible_devices,
    list_logical_devices,
    list_physical_devices,
    set_memory_growth,
    set_virtual_device_configuration,
    set_visible_devices,
)
from convflow.runtime.settings import (
    get_device_policy,
    get_synchronous_execution,
    set_device_policy,
    set_synchronous_execution,
)
