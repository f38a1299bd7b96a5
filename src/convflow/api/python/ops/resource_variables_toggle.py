"""tensorflow.python.ops.resource_variables_toggle"""

from convflow.modeling.variables.store import (
    disable_resource_variables,
    enable_resource_variables,
    resource_variables_enabled,
)
