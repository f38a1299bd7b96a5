"""tensorflow.python.ops.state_ops"""

from convflow.modeling.variables.variable import Variable
from convflow.ops.scatter import (
    batch_scatter_update,
    scatter_add,
    scatter_div,
    scatter_max,
    scatter_min,
    scatter_mul,
    scatter_nd_add,
    scatter_nd_sub,
    scatter_nd_update,
    scatter_sub,
    scatter_update,
)
from convflow.ops.state import assign, assign_add, assign_sub, count_up_to, is_variable_initialized
