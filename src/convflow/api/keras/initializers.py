"""tf.keras.initializers"""

from convflow.modeling.variables.initializers import (
    Constant,
    Initializer,
    Ones,
    VarianceScaling,
    Zeros,
)
from convflow.modeling.variables.initializers import Constant as constant
from convflow.modeling.variables.initializers import GlorotNormal as glorot_normal
from convflow.modeling.variables.initializers import GlorotUniform as glorot_uniform
from convflow.modeling.variables.initializers import Ones as ones
from convflow.modeling.variables.initializers import Zeros as zeros
from convflow.modeling.variables.initializers_keras import HeNormal as he_normal
from convflow.modeling.variables.initializers_keras import HeUniform as he_uniform
from convflow.modeling.variables.initializers_keras import LecunNormal as lecun_normal
from convflow.modeling.variables.initializers_keras import LecunUniform as lecun_uniform
from convflow.modeling.variables.initializers_keras import (
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    deserialize,
    get,
    serialize,
)
from convflow.modeling.variables.initializers_keras import RandomNormal as normal
from convflow.modeling.variables.initializers_keras import RandomNormal as random_normal
from convflow.modeling.variables.initializers_keras import RandomUniform as random_uniform
from convflow.modeling.variables.initializers_keras import RandomUniform as uniform
from convflow.modeling.variables.initializers_keras import TruncatedNormal as truncated_normal
from convflow.modeling.variables.initializers_matrix import Identity, Orthogonal
from convflow.modeling.variables.initializers_matrix import Identity as identity
from convflow.modeling.variables.initializers_matrix import Orthogonal as orthogonal
