"""tensorflow.python.eager.context"""

from convflow.graph.scopes import executing_eagerly
from convflow.runtime.eager.context import (
    ASYNC,
    DEVICE_PLACEMENT_EXPLICIT,
    DEVICE_PLACEMENT_SILENT,
    DEVICE_PLACEMENT_SILENT_FOR_INT32,
    DEVICE_PLACEMENT_WARN,
    SYNC,
    async_clear_error,
    async_wait,
    eager_mode,
    ensure_initialized,
    execution_mode,
    graph_mode,
    in_eager_mode,
    in_graph_mode,
    list_devices,
    num_gpus,
    set_execution_mode,
)
