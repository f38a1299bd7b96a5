"""tensorflow.python.ops.initializers_ns"""

from convflow.modeling.variables.initializers import VarianceScaling as variance_scaling
from convflow.modeling.variables.initializers_matrix import Orthogonal as orthogonal
from convflow.modeling.variables.initializers_matrix import UniformUnitScaling as uniform_unit_scaling
from convflow.modeling.variables.variable import global_variables, local_variables
from convflow.modeling.variables.variable import variables_initializer as variables
from convflow.ops.array.constant import constant, ones, zeros
from convflow.ops.array.identity import identity
from convflow.ops.random import random_normal, random_uniform, truncated_normal
