"""tf.config"""

from convflow.api.config import experimental, optimizer, threading
from convflow.runtime.settings import (
    experimental_connect_to_cluster,
    experimental_connect_to_host,
    experimental_run_functions_eagerly,
    get_soft_device_placement,
    set_soft_device_placement,
)
