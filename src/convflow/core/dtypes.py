"""Element types of tensors (API: tf.DType, tf.as_dtype).

One `DType` per entry of TensorFlow's `types.proto`, and for each its reference twin (`float32_ref`), which
is the type of a variable's own output.
"""

from __future__ import annotations

import builtins
from typing import Any, ClassVar

import ml_dtypes
import numpy as np
import torch

_REF_OFFSET = 100


class DType:
    """An element type.

    Args:
        type_enum: the number in TensorFlow's `DataType` enum; above 100 for reference types.
    """

    _by_enum: ClassVar[dict[int, DType]] = {}

    def __new__(cls, type_enum: int) -> DType:
        known = cls._by_enum.get(int(type_enum))
        if known is None:
            raise TypeError(f"{type_enum} is not a value of TensorFlow's DataType enum.")
        return known

    def __init__(self, type_enum: int) -> None:
        """Nothing to do: `DType(n)` returns the one instance that stands for n."""

    _type_enum: int
    _name: str
    _numpy: Any
    _torch: torch.dtype | None

    @classmethod
    def _define(cls, type_enum: int, name: str, numpy_type: Any, torch_type: torch.dtype | None) -> DType:
        def make(enum: int, full_name: str) -> DType:
            dtype = object.__new__(cls)
            dtype._type_enum = enum
            dtype._name = full_name
            dtype._numpy = numpy_type
            dtype._torch = torch_type
            cls._by_enum[enum] = dtype
            return dtype

        make(type_enum + _REF_OFFSET, name + "_ref")
        return make(type_enum, name)

    @property
    def name(self) -> str:
        return self._name

    @property
    def as_datatype_enum(self) -> int:
        return self._type_enum

    @property
    def as_numpy_dtype(self) -> Any:
        """The NumPy scalar type; `np.object_` for strings."""
        if self._numpy is None:
            raise TypeError(f"{self._name} has no NumPy type.")
        return self._numpy

    @property
    def as_torch_dtype(self) -> torch.dtype:
        """The PyTorch type that holds values of this type."""
        if self._torch is None:
            raise TypeError(f"{self._name} values are not held in PyTorch tensors.")
        return self._torch

    @property
    def is_numeric_tensor(self) -> builtins.bool:
        """Whether values live in PyTorch tensors (strings, resources and variants do not)."""
        return self._torch is not None

    @property
    def _is_ref_dtype(self) -> builtins.bool:
        return self._type_enum > _REF_OFFSET

    @property
    def _as_ref(self) -> DType:
        return self if self._is_ref_dtype else self._by_enum[self._type_enum + _REF_OFFSET]

    @property
    def base_dtype(self) -> DType:
        return self._by_enum[self._type_enum - _REF_OFFSET] if self._is_ref_dtype else self

    @property
    def real_dtype(self) -> DType:
        """The type of the real part: float32 of complex64, float64 of complex128, else itself."""
        return {"complex64": float32, "complex128": float64}.get(self.base_dtype.name, self)

    @property
    def is_floating(self) -> builtins.bool:
        return self.base_dtype.name in ("float16", "bfloat16", "float32", "float64")

    @property
    def is_complex(self) -> builtins.bool:
        return self.base_dtype.name in ("complex64", "complex128")

    @property
    def is_quantized(self) -> builtins.bool:
        return self.base_dtype.name in ("qint8", "quint8", "qint16", "quint16", "qint32")

    @property
    def is_integer(self) -> builtins.bool:
        return self.base_dtype.name.startswith(("int", "uint"))

    @property
    def is_unsigned(self) -> builtins.bool:
        return self.base_dtype.name.startswith("uint")

    @property
    def is_bool(self) -> builtins.bool:
        return self.base_dtype.name == "bool"

    @property
    def min(self) -> Any:
        """The smallest value; TypeError for types that have none."""
        return self._limits().min

    @property
    def max(self) -> Any:
        """The largest value; TypeError for types that have none."""
        return self._limits().max

    def _limits(self) -> Any:
        if self.is_integer:
            return np.iinfo(self._numpy)
        if self.is_floating:
            return ml_dtypes.finfo(self._numpy)
        raise TypeError(f"{self._name} has no smallest and largest value.")

    @property
    def limits(self) -> tuple[Any, Any]:
        """The intensities of a picture of this type: 0 and the largest integer, or 0 and 1."""
        if self.is_integer:
            return 0, self.max
        if self.base_dtype.name in ("float32", "float64", "bool"):
            return 0, 1
        raise ValueError(f"{self} does not have defined limits: integers, float32, float64 and bool have.")

    @property
    def is_numpy_compatible(self) -> builtins.bool:
        return self._numpy is not None

    @property
    def size(self) -> int:
        """Bytes an element takes in a NumPy array; 1 for types that NumPy does not have."""
        if self._numpy is None:
            return 1
        return np.dtype(self._numpy).itemsize

    def is_compatible_with(self, other: Any) -> builtins.bool:
        """Whether a value of `other` may stand where this type is wanted (a reference to one may)."""
        other = as_dtype(other)
        return self in (other, other.base_dtype)

    def __eq__(self, other: object) -> builtins.bool:
        if isinstance(other, DType):
            return self is other
        if other is None:
            return False
        try:
            return self is as_dtype(other)
        except TypeError:
            return False

    def __ne__(self, other: object) -> builtins.bool:
        return not self == other

    def __hash__(self) -> int:
        return self._type_enum

    def __int__(self) -> int:
        return self._type_enum

    def __str__(self) -> str:
        return f"<dtype: {self._name!r}>"

    def __repr__(self) -> str:
        return f"tf.{self._name}"

    def __reduce__(self) -> tuple[Any, ...]:
        return as_dtype, (self._name,)


float32 = DType._define(1, "float32", np.float32, torch.float32)
float64 = DType._define(2, "float64", np.float64, torch.float64)
int32 = DType._define(3, "int32", np.int32, torch.int32)
uint8 = DType._define(4, "uint8", np.uint8, torch.uint8)
int16 = DType._define(5, "int16", np.int16, torch.int16)
int8 = DType._define(6, "int8", np.int8, torch.int8)
string = DType._define(7, "string", np.object_, None)
complex64 = DType._define(8, "complex64", np.complex64, torch.complex64)
int64 = DType._define(9, "int64", np.int64, torch.int64)
bool = DType._define(10, "bool", np.bool_, torch.bool)
qint8 = DType._define(11, "qint8", np.int8, torch.int8)
quint8 = DType._define(12, "quint8", np.uint8, torch.uint8)
qint32 = DType._define(13, "qint32", np.int32, torch.int32)
bfloat16 = DType._define(14, "bfloat16", ml_dtypes.bfloat16, torch.bfloat16)
qint16 = DType._define(15, "qint16", np.int16, torch.int16)
quint16 = DType._define(16, "quint16", np.uint16, torch.uint16)
uint16 = DType._define(17, "uint16", np.uint16, torch.uint16)
complex128 = DType._define(18, "complex128", np.complex128, torch.complex128)
float16 = DType._define(19, "float16", np.float16, torch.float16)
resource = DType._define(20, "resource", None, None)
variant = DType._define(21, "variant", None, None)
uint32 = DType._define(22, "uint32", np.uint32, torch.uint32)
uint64 = DType._define(23, "uint64", np.uint64, torch.uint64)

half = float16
double = float64

_BY_NAME: dict[str, DType] = {dtype.name: dtype for dtype in DType._by_enum.values()}
# The op registry's own spellings.
_BY_NAME.update({"half": float16, "float": float32, "double": float64, "half_ref": float16._as_ref})
_BY_NAME.update({"float_ref": float32._as_ref, "double_ref": float64._as_ref})

_FIRST_OF_NUMPY = (
    float32, float64, int32, uint8, int16, int8, complex64, int64, bool, bfloat16, uint16, complex128,
    float16, uint32, uint64,
)  # fmt: skip
_BY_NUMPY: dict[Any, DType] = {np.dtype(dtype._numpy): dtype for dtype in _FIRST_OF_NUMPY}
_BY_TORCH: dict[torch.dtype, DType] = {dtype.as_torch_dtype: dtype for dtype in _FIRST_OF_NUMPY}
_BY_PYTHON: dict[Any, DType] = {float: float32, int: int32, str: string, bytes: string, object: string}


def as_dtype(type_value: Any) -> DType:
    """The `DType` meant by a `DType`, enum number, name, NumPy type or Python type (API: tf.as_dtype).

    Args:
        type_value: one of these; PyTorch's types are known too.

    Returns:
        The `DType`; Python's float means float32, int means int32.

    Raises:
        TypeError: `type_value` means no element type.
    """
    if isinstance(type_value, DType):
        return type_value
    if isinstance(type_value, str) and type_value in _BY_NAME:
        return _BY_NAME[type_value]
    if isinstance(type_value, torch.dtype) and type_value in _BY_TORCH:
        return _BY_TORCH[type_value]
    if isinstance(type_value, (int, np.integer)) and not isinstance(type_value, builtins.bool):
        return DType(int(type_value))
    found = _BY_PYTHON.get(type_value) if isinstance(type_value, type) else None
    return found if found is not None else _from_numpy_like(type_value)


def _from_numpy_like(type_value: Any) -> DType:
    is_type = isinstance(type_value, type) and issubclass(type_value, (np.generic, complex, builtins.bool))
    if is_type or isinstance(type_value, (str, np.dtype)):
        try:
            numpy_type = np.dtype(type_value)
        except TypeError:
            numpy_type = np.dtype("V")
        if numpy_type.kind in "OSU":
            return string
        if numpy_type.newbyteorder("=") in _BY_NUMPY:
            return _BY_NUMPY[numpy_type.newbyteorder("=")]
    raise TypeError(
        f"Cannot convert {type_value!r} to a TensorFlow DType. "
        "Pass a DType such as tf.float32, its name, or a NumPy type."
    )


# The twins that references have, as TensorFlow's inner module names them.
float16_ref = float16._as_ref
float32_ref = float32._as_ref
float64_ref = float64._as_ref
int8_ref = int8._as_ref
int16_ref = int16._as_ref
int32_ref = int32._as_ref
int64_ref = int64._as_ref
uint8_ref = uint8._as_ref
uint16_ref = uint16._as_ref
string_ref = string._as_ref
bool_ref = bool._as_ref
complex64_ref = complex64._as_ref
complex128_ref = complex128._as_ref

# The types of quantized numbers and their twins.
QUANTIZED_DTYPES = frozenset(
    kind for plain in (qint8, quint8, qint16, quint16, qint32) for kind in (plain, plain._as_ref)
)
