"""tensorflow.python.ops.resource_variable_ops"""

from convflow.modeling.variables.resource import ResourceVariable
