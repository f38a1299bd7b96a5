"""tensorflow.python.ops.variable_v1"""

from convflow.modeling.variables.variable import Variable as VariableV1
from convflow.ops.state import is_variable_initialized
