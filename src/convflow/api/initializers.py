"""tf.initializers"""

from convflow.modeling.lookup.initializers import tables_initializer
from convflow.modeling.variables.initializers import Constant as constant
from convflow.modeling.variables.initializers import GlorotNormal as glorot_normal
from convflow.modeling.variables.initializers import GlorotUniform as glorot_uniform
from convflow.modeling.variables.initializers import Ones as ones
from convflow.modeling.variables.initializers import RandomNormal as random_normal
from convflow.modeling.variables.initializers import RandomUniform as random_uniform
from convflow.modeling.variables.initializers import TruncatedNormal as truncated_normal
from convflow.modeling.variables.initializers import VarianceScaling as variance_scaling
from convflow.modeling.variables.initializers import Zeros as zeros
from convflow.modeling.variables.initializers import he_normal, he_uniform, lecun_normal, lecun_uniform
from convflow.modeling.variables.initializers_matrix import Identity as identity
from convflow.modeling.variables.initializers_matrix import Orthogonal as orthogonal
from convflow.modeling.variables.initializers_matrix import UniformUnitScaling as uniform_unit_scaling
from convflow.modeling.variables.variable import global_variables_initializer as global_variables
from convflow.modeling.variables.variable import local_variables_initializer as local_variables
from convflow.modeling.variables.variable import variables_initializer as variables
