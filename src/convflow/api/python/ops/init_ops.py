"""tensorflow.python.ops.init_ops"""

from convflow.modeling.variables.initializers import (
    Constant,
    GlorotNormal,
    GlorotUniform,
    Initializer,
    Ones,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    Zeros,
    he_normal,
    he_uniform,
    lecun_normal,
    lecun_uniform,
)
from convflow.modeling.variables.initializers import Constant as constant_initializer
from convflow.modeling.variables.initializers import GlorotNormal as glorot_normal_initializer
from convflow.modeling.variables.initializers import GlorotUniform as glorot_uniform_initializer
from convflow.modeling.variables.initializers import Ones as ones_initializer
from convflow.modeling.variables.initializers import RandomNormal as random_normal_initializer
from convflow.modeling.variables.initializers import RandomUniform as random_uniform_initializer
from convflow.modeling.variables.initializers import TruncatedNormal as truncated_normal_initializer
from convflow.modeling.variables.initializers import VarianceScaling as variance_scaling_initializer
from convflow.modeling.variables.initializers import Zeros as zeros_initializer
from convflow.modeling.variables.initializers_matrix import Identity, Orthogonal, UniformUnitScaling
from convflow.modeling.variables.initializers_matrix import Identity as identity_initializer
from convflow.modeling.variables.initializers_matrix import Orthogonal as orthogonal_initializer
from convflow.modeling.variables.initializers_matrix import UniformUnitScaling as uniform_unit_scaling_initializer
