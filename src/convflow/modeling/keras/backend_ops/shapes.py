"""Other shapes and orders of the same numbers, in Keras' terms (API: tf.keras.backend)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.graph.operation import Tensor
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.array import concat as concats
from convflow.ops.array import gather as gathers
from convflow.ops.array import reshape as reshapes
from convflow.ops.array import reverse as reverses
from convflow.ops.array import transpose as transposes
from convflow.ops.array.repeat import repeat as repeat_rows
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.array.tile import tile as tile_op
from convflow.ops.math.reduce import reduce_prod


def batch_flatten(x: Any) -> Any:
    """Examples of one axis (API: tf.keras.backend.batch_flatten).

    Args:
        x: shape (batch, ...).

    Returns:
        shape (batch, the product of the other sizes).
    """
    sizes: Any = shape_of(x)
    return reshapes.reshape(x, stack([-1, reduce_prod(sizes[1:])]))


def flatten(x: Any) -> Tensor:
    """One axis of all numbers (API: tf.keras.backend.flatten).

    Args:
        x: a tensor.

    Returns:
        a vector of all its elements, the last axis fastest.
    """
    return reshapes.reshape(x, [-1])


def permute_dimensions(x: Any, pattern: Sequence[int]) -> Tensor:
    """The axes in another order (API: tf.keras.backend.permute_dimensions).

    Args:
        x: a tensor.
        pattern: for each axis of the result the axis of `x` that it is.

    Returns:
        a tensor of the type of `x`.
    """
    return transposes.transpose(x, perm=pattern)


def concatenate(tensors: Sequence[Any], axis: int = -1) -> Tensor:
    """One after the other (API: tf.keras.backend.concatenate).

    Args:
        tensors: a list of tensors of one type whose sizes agree but along `axis`.
        axis: the last by default.

    Returns:
        a tensor whose size along `axis` is the sum of theirs.
    """
    rank = tensors[0].shape.rank
    return concats.concat(list(tensors), axis % rank if axis < 0 and rank else axis)


def repeat(x: Any, n: int) -> Tensor:
    """(batch, features) as (batch, n, features) (API: tf.keras.backend.repeat).

    Args:
        x: shape (batch, features).
        n: how many times.

    Returns:
        shape (batch, n, features).
    """
    return tile_op(reshapes.expand_dims(x, 1), [1, n, 1])


def repeat_elements(x: Any, rep: int, axis: int) -> Tensor:
    """Each element several times along an axis (API: tf.keras.backend.repeat_elements).

    Args:
        x: a tensor.
        rep: how many times.
        axis: along which.

    Returns:
        a tensor whose size along `axis` is `rep` times as large.
    """
    return repeat_rows(x, rep, axis=axis)


def tile(x: Any, n: Any) -> Tensor:
    """The whole several times along each axis (API: tf.keras.backend.tile).

    Args:
        x: a tensor.
        n: how many times along each axis; an int for a vector.

    Returns:
        a tensor whose sizes are as many times as large.
    """
    return tile_op(x, [n] if isinstance(n, int) else n)


def reverse(x: Any, axes: Any) -> Tensor:
    """The other way round along axes (API: tf.keras.backend.reverse).

    Args:
        x: a tensor.
        axes: an int or list of ints.

    Returns:
        a tensor of the shape and type of `x`.
    """
    return reverses.reverse(x, [axes] if isinstance(axes, int) else list(axes))


def gather(reference: Any, indices: Any) -> Tensor:
    """Rows of a tensor (API: tf.keras.backend.gather).

    Args:
        reference: a tensor or variable of shape (rows, ...).
        indices: whole numbers below `rows`, any shape.

    Returns:
        shape of `indices`, then that of a row.
    """
    return gathers.gather(reference, indices)
