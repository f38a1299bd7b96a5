"""Numbers and bytes as strings and back (API: tf.as_string, tf.string_to_number, tf.decode_raw, tf.encode_base64)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import dtypes, values
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.string import each, text_of
from convflow.ops.window import either


def as_string(
    input: Any,
    precision: int = -1,
    scientific: bool = False,
    shortest: bool = False,
    width: int = -1,
    fill: str = "",
    name: str | None = None,
) -> Tensor:
    """Numbers as text (API: tf.as_string, tf.strings.as_string, tf.dtypes.as_string).

    Args:
        input: numbers, bools or strings.
        precision: digits after the point, 6 by default; for floating point and complex numbers only.
        scientific: 1.5e+00 instead of 1.5.
        shortest: whichever of both is shorter.
        width: at least so many characters.
        fill: what fills up to the width: "0", " ", "+" (a sign in any case), "-" (at the right); spaces by default.

    Raises:
        ValueError: formats that exclude each other or do not go with the type.
    """
    return apply_op(
        "AsString", input=input, precision=precision, scientific=scientific, shortest=shortest, width=width, fill=fill,
        name=name,
    )  # fmt: skip


def _as_string_shape(ctx: Any) -> list[TensorShape]:
    _number_format(ctx.dtype(0), ctx.attr)
    return rules.unchanged(ctx)


def _number_format(dtype: dtypes.DType, attr: Callable[[str], Any]) -> str:
    """The format of a number, as the operator % takes it."""
    fill, precision, width = text_of(attr("fill")), attr("precision"), attr("width")
    is_fractional = dtype.is_floating or dtype.is_complex
    if attr("scientific") and attr("shortest"):
        raise ValueError("Cannot select both scientific and shortest notation: pass one of them.")
    if fill not in ("", " ", "+", "-", "0", "#"):
        raise ValueError(f'Fill argument not supported: "{fill}"; pass "0", " ", "+" or "-".')
    if not is_fractional:
        for what, given in (("precision", precision > -1), ("scientific", attr("scientific")),
                            ("shortest", attr("shortest"))):  # fmt: skip
            if given:
                raise ValueError(f"{what} not supported for datatype {dtype.name}; it is for fractional numbers.")
    kind = ("e" if attr("scientific") else "g" if attr("shortest") else "f") if is_fractional else "d"
    return f"%{fill}{width if width > -1 else ''}{f'.{precision}' if precision > -1 else ''}{kind}"


def _as_string_kernel(op: Operation) -> Callable[[Any], np.ndarray]:
    dtype = op.inputs[0].dtype.base_dtype
    text = _number_format(dtype, op.attrs.__getitem__)
    # Infinity and NaN are never filled with zeros.
    plain = text.replace("%0", "%", 1)

    def fractional(number: Any) -> str:
        return (text if np.isfinite(number) else plain) % number

    def convert(item: Any) -> bytes:
        if dtype is dtypes.bool:
            return b"true" if item else b"false"
        if dtype.is_complex:
            return f"({fractional(item.real)},{fractional(item.imag)})".encode()
        return (fractional(float(item)) if dtype.is_floating else text % int(item)).encode()

    return lambda input: input if isinstance(input, np.ndarray) else each(convert, values.to_numpy(input))


register_op(
    "AsString",
    inputs="input: T",
    outputs="output: string",
    attrs=(
        "T: type in {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64, "
        "complex64, complex128, bool, variant, string}; precision: int = -1; scientific: bool = false; "
        "shortest: bool = false; width: int = -1; fill: string = ''"
    ),
    shape=_as_string_shape,
    kernel=_as_string_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def string_to_number(
    string_tensor: Any = None, out_type: Any = dtypes.float32, name: str | None = None, input: Any = None
) -> Tensor:
    """Numbers from text (API: tf.string_to_number, tf.strings.to_number).

    Args:
        input: strings; spaces around a number are allowed. `string_tensor` is its former name.
        out_type: float32, float64, int32 or int64.

    Raises:
        InvalidArgumentError: (when run) a string that is no number of the type.
    """
    strings = either("input", input, "string_tensor", string_tensor)
    return apply_op("StringToNumber", string_tensor=strings, out_type=out_type, name=name)


_WHOLE = re.compile(rb"\s*[+-]?\d+\s*")
_FRACTIONAL = re.compile(rb"\s*[+-]?((\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?|inf|infinity|nan)\s*", re.IGNORECASE)
_HEXADECIMAL = re.compile(rb"\s*[+-]?0x([0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(p[+-]?\d+)?\s*", re.IGNORECASE)


def _to_number_kernel(op: Operation) -> Callable[[np.ndarray], torch.Tensor]:
    out_type = op.attrs["out_type"]

    def number(item: bytes) -> Any:
        found = _whole(item, out_type) if out_type.is_integer else _fractional(item)
        if found is None:
            text = item.decode("utf-8", "replace")
            raise ValueError(f"StringToNumberOp could not correctly convert string: {text}")
        return found

    def compute(strings: np.ndarray) -> torch.Tensor:
        # What is too large for the type becomes infinite.
        with np.errstate(over="ignore"):
            return values.from_numpy(each(number, strings, dtype=out_type.as_numpy_dtype))

    return compute


def _whole(item: bytes, out_type: dtypes.DType) -> int | None:
    if not _WHOLE.fullmatch(item):
        return None
    number = int(item)
    return number if out_type.min <= number <= out_type.max else None


def _fractional(item: bytes) -> float | None:
    if _FRACTIONAL.fullmatch(item):
        return float(item)
    return float.fromhex(item.decode().strip()) if _HEXADECIMAL.fullmatch(item) else None


register_op(
    "StringToNumber",
    inputs="string_tensor: string",
    outputs="output: out_type",
    attrs="out_type: type = float in {float, double, int32, int64, uint32, uint64}",
    shape=rules.unchanged,
    kernel=_to_number_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def decode_raw(
    input_bytes: Any = None,
    out_type: Any = None,
    little_endian: bool = True,
    name: str | None = None,
    bytes: Any = None,
) -> Tensor:
    """The bytes of strings as numbers (API: tf.decode_raw, tf.io.decode_raw).

    Args:
        input_bytes: strings of one length. `bytes` is its former name.
        out_type: the numbers' type; its size divides the length.
        little_endian: whether the lowest byte of a number comes first.

    Returns:
        [..., numbers in a string].

    Raises:
        InvalidArgumentError: (when run) strings of different lengths, or of a length that holds no whole numbers.
    """
    strings = either("input_bytes", input_bytes, "bytes", bytes)
    return apply_op("DecodeRaw", bytes=strings, out_type=out_type, little_endian=little_endian, name=name)


def _decode_raw_shape(ctx: Any) -> list[TensorShape]:
    shape = ctx.input(0)
    return [shape if shape.rank is None else shape.concatenate(unknown_shape(1))]


def _decode_raw_kernel(op: Operation) -> Callable[[np.ndarray], torch.Tensor]:
    out_type, little_endian = op.attrs["out_type"], op.attrs["little_endian"]
    numpy_type = np.dtype(out_type.as_numpy_dtype)

    def compute(strings: np.ndarray) -> torch.Tensor:
        items = strings.reshape(-1).tolist()
        length = len(items[0]) if items else 0
        for index, item in enumerate(items):
            if len(item) != length:
                raise ValueError(
                    "DecodeRaw requires input strings to all be the same size, but element "
                    f"{index} has size {len(item)} != {length}"
                )
        if length % numpy_type.itemsize:
            raise ValueError(
                f"Input to DecodeRaw has length {length} that is not a multiple of {numpy_type.itemsize}, the size "
                f"of {out_type.name}"
            )
        numbers = np.frombuffer(b"".join(items), dtype=np.uint8)
        if not little_endian:
            part = numpy_type.itemsize // (2 if out_type.is_complex else 1)
            numbers = numbers.reshape(-1, part)[:, ::-1].reshape(-1)
        found = np.frombuffer(numbers.tobytes(), dtype=numpy_type).copy()
        return values.from_numpy(found.reshape(*strings.shape, length // numpy_type.itemsize))

    return compute


register_op(
    "DecodeRaw",
    inputs="bytes: string",
    outputs="output: out_type",
    attrs=(
        "out_type: type in {half, float, double, int32, uint16, uint8, int16, int8, int64, complex64, complex128, "
        "bool, bfloat16}; little_endian: bool = true"
    ),
    shape=_decode_raw_shape,
    kernel=_decode_raw_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def encode_base64(input: Any, pad: bool = False, name: str | None = None) -> Tensor:
    """Bytes in the web-safe alphabet of 64 letters (API: tf.encode_base64, tf.io.encode_base64).

    Args:
        pad: fill up to a multiple of 4 letters with "=".
    """
    return apply_op("EncodeBase64", input=input, pad=pad, name=name)


def decode_base64(input: Any, name: str | None = None) -> Tensor:
    """The inverse of `encode_base64`, with or without padding (API: tf.decode_base64, tf.io.decode_base64).

    Args:
        input: strings of any shape in the web-safe alphabet.

    Returns:
        Strings of the shape of `input`.

    Raises:
        InvalidArgumentError: (when run) a string that is not so encoded.
    """
    return apply_op("DecodeBase64", input=input, name=name)


def _encode_kernel(op: Operation) -> Callable[[np.ndarray], np.ndarray]:
    pad = op.attrs["pad"]

    def encode(item: bytes) -> bytes:
        encoded = base64.urlsafe_b64encode(item)
        return encoded if pad else encoded.rstrip(b"=")

    return lambda input: each(encode, input)


_ALPHABET = re.compile(rb"[A-Za-z0-9_-]*={0,2}")


def _decode(item: bytes) -> bytes:
    if not _ALPHABET.fullmatch(item):
        raise ValueError(f"Invalid character found in base64: {item!r}; expected letters, digits, '-' and '_'.")
    letters = item.rstrip(b"=")
    if len(letters) % 4 == 1:
        raise ValueError(f"Base64 string length cannot be 1 modulo 4: {item!r}.")
    return base64.urlsafe_b64decode(letters + b"=" * (-len(letters) % 4))


register_op(
    "EncodeBase64",
    inputs="input: string",
    outputs="output: string",
    attrs="pad: bool = false",
    shape=rules.unchanged,
    kernel=_encode_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
register_op(
    "DecodeBase64",
    inputs="input: string",
    outputs="output: string",
    shape=rules.unchanged,
    kernel=lambda op: lambda input: each(_decode, input),
    gradient=NOT_DIFFERENTIABLE,
)
