"""Pictures of another type: the range of their values changes with it (API: tf.image.convert_image_dtype)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.dtypes import DType
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.identity import identity
from convflow.ops.math.arithmetic import floordiv, multiply
from convflow.ops.math.cast import cast
from convflow.ops.math.saturate import saturate_cast


def convert_image_dtype(image: Any, dtype: Any, saturate: bool = False, name: str | None = None) -> Tensor:
    """`image` in another type, its values scaled to the type's range (API: tf.image.convert_image_dtype).

    Floats reach from 0 to 1, integers from 0 to the largest of the type. Between integers only whole factors are used.

    Args:
        image: numbers of any shape.
        dtype: a float or integer type.
        saturate: values beyond the range become its ends instead of wrapping around.

    Raises:
        AttributeError: a type that is neither float nor integer.
    """
    image = convert_to_tensor(image, name="image")
    dtype = dtypes.as_dtype(dtype)
    if not dtype.is_floating and not dtype.is_integer:
        raise AttributeError(f"dtype must be either floating point or integer, got {dtype!r}.")
    if not image.dtype.is_floating and not image.dtype.is_integer:
        raise AttributeError(f"image dtype must be either floating point or integer, got {image.dtype!r}.")
    if dtype == image.dtype:
        return identity(image, name=name)
    with name_scope(name, "convert_image", [image]) as scope:
        if image.dtype.is_integer and dtype.is_integer:
            return _between_integers(image, dtype, saturate, scope)
        if image.dtype.is_floating and dtype.is_floating:
            return cast(image, dtype, name=scope)
        if image.dtype.is_integer:
            return multiply(cast(image, dtype), 1.0 / image.dtype.max, name=scope)
        # Each integer takes an equally long piece of [0, 1].
        scaled = multiply(image, dtype.max + 0.5, name="Mul")
        return saturate_cast(scaled, dtype, name=scope) if saturate else cast(scaled, dtype, name=scope)


def _between_integers(image: Tensor, dtype: DType, saturate: bool, scope: str) -> Tensor:
    source, target = image.dtype.max, dtype.max
    if source > target:
        scaled = floordiv(image, (source + 1) // (target + 1))
        return saturate_cast(scaled, dtype, name=scope) if saturate else cast(scaled, dtype, name=scope)
    widened = saturate_cast(image, dtype) if saturate else cast(image, dtype)
    return multiply(widened, (target + 1) // (source + 1), name=scope)
