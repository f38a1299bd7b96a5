"""tensorflow.python.ops.variable_scope"""

from convflow.modeling.variables.scope import (
    VariableScope,
    get_local_variable,
    get_variable,
    get_variable_scope,
    no_regularizer,
    variable_op_scope,
    variable_scope,
)
from convflow.modeling.variables.store import (
    disable_resource_variables,
    enable_resource_variables,
    resource_variables_enabled,
    variable_creator_scope,
)
from convflow.modeling.variables.variable import VariableAggregation, VariableSynchronization
