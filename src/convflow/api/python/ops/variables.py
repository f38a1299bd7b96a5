"""tensorflow.python.ops.variables"""

from convflow.modeling.variables.variable import (
    Variable,
    VariableAggregation,
    VariableSynchronization,
    all_variables,
    assert_variables_initialized,
    global_variables,
    global_variables_initializer,
    initialize_all_variables,
    initialize_local_variables,
    initialize_variables,
    local_variables,
    local_variables_initializer,
    model_variables,
    moving_average_variables,
    report_uninitialized_variables,
    trainable_variables,
    variables_initializer,
)
from convflow.modeling.variables.variable import Variable as VariableV1
from convflow.modeling.variables.variable import VariableAggregation as VariableAggregationV2
from convflow.ops.state import is_variable_initialized
