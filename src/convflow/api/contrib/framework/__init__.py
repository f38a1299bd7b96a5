"""tf.contrib.framework"""

from convflow.api.python.util import nest
from convflow.core.deprecation import deprecated, deprecated_arg_values, deprecated_args
from convflow.graph.scopes import is_tensor
from convflow.ops.array.sort import argsort, sort
from convflow.ops.case import smart_case
from convflow.ops.control_flow import smart_cond, smart_constant_value
from convflow.slim.arg_scope import (
    add_arg_scope,
    arg_scope,
    arg_scope_func_key,
    arg_scoped_arguments,
    current_arg_scope,
    has_arg_scope,
)
from convflow.slim.assign import (
    assign_from_checkpoint,
    assign_from_checkpoint_fn,
    assign_from_values,
    assign_from_values_fn,
)
from convflow.slim.framework_ops import get_graph_from_inputs, get_name_scope
from convflow.slim.variables import (
    VariableDeviceChooser,
    add_model_variable,
    assert_or_get_global_step,
    filter_variables,
    get_local_variables,
    get_model_variables,
    get_trainable_variables,
    get_unique_variable,
    get_variable_full_name,
    get_variables,
    get_variables_by_name,
    get_variables_by_suffix,
    get_variables_to_restore,
    global_variable,
    local_variable,
    model_variable,
    variable,
)
from convflow.training.checkpoint_reader import list_variables, load_checkpoint, load_variable
from convflow.training.global_step import (
    assert_global_step,
    create_global_step,
    get_global_step,
    get_or_create_global_step,
)
