"""Element types."""

import numpy as np

_NAMES = [
    "float16",
    "half",
    "bfloat16",
    "float32",
    "float64",
    "double",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
    "string",
    "complex64",
    "complex128",
]


def properties(tf, note):
    for name in (*_NAMES, "qint8", "quint16", "resource", "variant"):
        for dtype in (getattr(tf, name), getattr(tf, name)._as_ref):
            note(name, str(dtype), dtype, dtype.name, dtype.as_datatype_enum, hash(dtype))
            note(
                dtype.is_floating,
                dtype.is_integer,
                dtype.is_complex,
                dtype.is_bool,
                dtype.is_unsigned,
                dtype.is_quantized,
                dtype.base_dtype,
                dtype.real_dtype,
                dtype._is_ref_dtype,
                dtype._as_ref,
            )


def sizes_and_limits(tf, note):
    for name in _NAMES:
        dtype = getattr(tf, name)
        if name not in ("bool", "string"):
            note.tried(lambda: dtype.size)
        if name != "bool":
            note.tried(lambda: dtype.limits)
        note.tried(lambda: dtype.min, lambda: dtype.max)
        if name != "string":
            note.tried(lambda: np.dtype(dtype.as_numpy_dtype).name)


def compatibility(tf, note):
    for name in _NAMES:
        dtype = getattr(tf, name)
        reference = dtype._as_ref
        note(name, dtype.is_compatible_with(tf.float32), dtype.is_compatible_with(reference))
        note(reference.is_compatible_with(dtype), dtype == reference, dtype != reference)
        note(dtype == dtype.name, dtype == dtype.as_datatype_enum, dtype == reference.name)
    note(tf.float32 == None, tf.float32 != None, tf.float32 == "x", tf.float32 == np.float32)  # noqa: E711


def as_dtype(tf, note):
    values = [
        "float", "float32", "FLOAT", "half", "double", "string", "float_ref", "float32_ref", "half_ref", "nothing", "",
        "bool", "complex64", "uint64", "resource", "bfloat16", "qint8", None, 1, 101, 0, 200, -1, np.float32,
        np.dtype("float32"), np.dtype(">f4"), np.object_, np.str_, np.bytes_, np.bool_, bool, float, object,
        np.dtype("S3"), np.dtype("U2"), np.dtype([("a", "i4")]), tf.float32, np.longlong, np.complex64, tf.constant(1.0),
        np.dtype("M8[s]"), list,
    ]  # fmt: skip
    for value in values:
        note.tried(lambda value=value: tf.as_dtype(value))
    note.tried(lambda: tf.DType(1), lambda: tf.DType(101), lambda: tf.DType(0), lambda: tf.DType("float32"))
