"""tf.dtypes"""

from convflow.core.dtypes import (
    QUANTIZED_DTYPES,
    DType,
    as_dtype,
    bfloat16,
    bool,
    complex64,
    complex128,
    double,
    float16,
    float32,
    float64,
    half,
    int8,
    int16,
    int32,
    int64,
    qint8,
    qint16,
    qint32,
    quint8,
    quint16,
    resource,
    string,
    uint8,
    uint16,
    uint32,
    uint64,
    variant,
)
from convflow.ops.math.cast import cast
from convflow.ops.math.complex import complex
from convflow.ops.math.saturate import saturate_cast
from convflow.ops.string_convert import as_string
