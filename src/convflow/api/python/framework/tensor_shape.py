"""tensorflow.python.framework.tensor_shape"""

from convflow.core.behavior import disable_v2_tensorshape
from convflow.core.shape import (
    Dimension,
    TensorShape,
    as_dimension,
    as_shape,
    dimension_at_index,
    dimension_value,
    scalar,
    unknown_shape,
    vector,
)
