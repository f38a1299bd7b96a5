"""tensorflow.python.ops.partitioned_variables"""

from convflow.modeling.variables.partitioners import (
    fixed_size_partitioner,
    min_max_variable_partitioner,
    variable_axis_size_partitioner,
)
from convflow.modeling.variables.scope import create_partitioned_variables
