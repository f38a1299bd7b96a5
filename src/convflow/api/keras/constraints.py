"""tf.keras.constraints"""

from convflow.modeling.variables.constraints import (
    Constraint,
    MaxNorm,
    MinMaxNorm,
    NonNeg,
    UnitNorm,
    deserialize,
    get,
    serialize,
)
from convflow.modeling.variables.constraints import MaxNorm as max_norm
from convflow.modeling.variables.constraints import MinMaxNorm as min_max_norm
from convflow.modeling.variables.constraints import NonNeg as non_neg
from convflow.modeling.variables.constraints import UnitNorm as unit_norm
