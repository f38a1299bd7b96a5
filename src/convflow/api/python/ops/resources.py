"""tensorflow.python.ops.resources"""

from convflow.ops.resources import (
    initialize_resources,
    local_resources,
    register_resource,
    report_uninitialized_resources,
    shared_resources,
)
