"""tensorflow.python.framework.dtypes"""

from convflow.api.dtypes import *
from convflow.core.dtypes import (
    bool_ref,
    complex64_ref,
    complex128_ref,
    float16_ref,
    float32_ref,
    float64_ref,
    int8_ref,
    int16_ref,
    int32_ref,
    int64_ref,
    string_ref,
    uint8_ref,
    uint16_ref,
)
