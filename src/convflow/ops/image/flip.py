"""Pictures mirrored, turned and transposed (API: tf.image.flip_left_right, rot90, transpose_image ...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.reshape import reshape
from convflow.ops.array.reverse import reverse
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.transpose import transpose as permuted
from convflow.ops.case import case
from convflow.ops.control_flow import cond
from convflow.ops.image.checks import asserted_at_least_3d
from convflow.ops.math.arithmetic import add, floormod, multiply, subtract
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, less
from convflow.ops.math.elementwise import round as rounded
from convflow.ops.random import random_uniform

_UP_DOWN, _LEFT_RIGHT = 0, 1


def flip_left_right(image: Any) -> Tensor:
    """Pictures with their columns in reverse order (API: tf.image.flip_left_right).

    Args:
        image: [height, width, channels] or [batch, height, width, channels], any type.

    Raises:
        ValueError: another rank.
    """
    return _flip(image, _LEFT_RIGHT, "flip_left_right")


def flip_up_down(image: Any) -> Tensor:
    """Pictures with their rows in reverse order (API: tf.image.flip_up_down).

    Args:
        image: [height, width, channels] or [batch, height, width, channels], any type.

    Returns:
        Of the shape and type of `image`.

    Raises:
        ValueError: another rank.
    """
    return _flip(image, _UP_DOWN, "flip_up_down")


def random_flip_left_right(image: Any, seed: int | None = None) -> Tensor:
    """Each picture mirrored left to right with probability 1/2 (API: tf.image.random_flip_left_right).

    Args:
        image: [height, width, channels] or [batch, height, width, channels].
        seed: the op's seed; see `tf.set_random_seed`.
    """
    return _random_flip(image, _LEFT_RIGHT, seed, "random_flip_left_right")


def random_flip_up_down(image: Any, seed: int | None = None) -> Tensor:
    """Each picture mirrored up to down with probability 1/2 (API: tf.image.random_flip_up_down).

    Args:
        image: [height, width, channels] or [batch, height, width, channels].
        seed: the op's seed; see `tf.set_random_seed`.

    Returns:
        Of the shape and type of `image`.

    Raises:
        ValueError: another rank.
    """
    return _random_flip(image, _UP_DOWN, seed, "random_flip_up_down")


def _by_rank(image: Tensor, one: Callable[[], Tensor], batch: Callable[[], Tensor]) -> Tensor:
    rank = image.shape.rank
    if rank is None:
        return cond(equal(rank_of(image), 3), one, batch)
    if rank not in (3, 4):
        raise ValueError(
            f"'image' (shape {image.shape}) must have either 3 or 4 dimensions: [height, width, channels], with or "
            "without a batch axis before. Use tf.reshape."
        )
    return one() if rank == 3 else batch()


def _with_size(image: Tensor, result: Tensor) -> Tensor:
    if image.shape.rank is None:
        result.set_shape([None, None, None])
    else:
        result.set_shape(image.shape)
    return result


def _flip(image: Any, axis: int, scope_name: str) -> Tensor:
    with name_scope(None, scope_name, [image]):
        image = asserted_at_least_3d(convert_to_tensor(image, name="image"))
        if image.shape.rank is None:
            return _by_rank(image, lambda: reverse(image, [axis]), lambda: reverse(image, [axis + 1]))
        result = _by_rank(image, lambda: reverse(image, [axis]), lambda: reverse(image, [axis + 1]))
        return _with_size(image, result)


def _random_flip(image: Any, axis: int, seed: int | None, scope_name: str) -> Tensor:
    with name_scope(None, scope_name, [image]) as scope:
        image = asserted_at_least_3d(convert_to_tensor(image, name="image"))

        def one() -> Tensor:
            drawn = less(random_uniform([], 0, 1.0, seed=seed), 0.5)
            result = cond(drawn, lambda: reverse(image, [axis]), lambda: image, name=scope)
            return _with_size(image, result)

        def batch() -> Tensor:
            count = shape_of(image)[0]
            drawn = random_uniform([count], 0, 1.0, seed=seed)
            flips = cast(rounded(reshape(drawn, [count, 1, 1, 1])), image.dtype)
            mirrored = reverse(image, [axis + 1])
            return add(
                multiply(flips, mirrored, name="mul"),
                multiply(subtract(convert_to_tensor(1, image.dtype, "sub/x"), flips, name="sub"), image, name="mul_1"),
                name="add",
            )

        return _by_rank(image, one, batch)


def rot90(image: Any, k: Any = 1, name: str | None = None) -> Tensor:
    """Pictures turned left by right angles (API: tf.image.rot90).

    Args:
        image: [height, width, channels] or [batch, height, width, channels], any type.
        k: how many right angles, an integer or an int32 scalar.
    """
    with name_scope(name, "rot90", [image, k]) as scope:
        image = asserted_at_least_3d(convert_to_tensor(image, name="image"))
        k = convert_to_tensor(k, dtype=dtypes.int32, name="k")
        if k.shape.rank not in (None, 0):
            raise ValueError(f"k must be a scalar, the number of right angles, but has shape {k.shape}.")
        k = floormod(k, 4, name="mod")
        return _by_rank(image, lambda: _turned(image, k, 0, scope), lambda: _turned(image, k, 1, scope))


def _turned(image: Tensor, k: Tensor, first: int, scope: str) -> Tensor:
    """`first` is the axis of the rows."""
    swapped = [*range(first), first + 1, first, first + 2]

    def once() -> Tensor:
        return permuted(reverse(image, [first + 1]), swapped)

    def twice() -> Tensor:
        return reverse(image, [first, first + 1])

    def thrice() -> Tensor:
        return reverse(permuted(image, swapped), [first + 1])

    cases = [(equal(k, 1), once), (equal(k, 2), twice), (equal(k, 3), thrice)]
    result = case(cases, default=lambda: image, exclusive=True, name=scope)
    shape = image.shape
    known = unknown_shape(first + 3) if shape.rank is None else shape
    result.set_shape(TensorShape([*known[:first], None, None, known[first + 2]]))
    return result


def transpose(image: Any, name: str | None = None) -> Tensor:
    """Pictures with rows and columns exchanged (API: tf.image.transpose, tf.image.transpose_image).

    Args:
        image: [height, width, channels] or [batch, height, width, channels], any type.
    """
    with name_scope(name, "transpose", [image]):
        image = asserted_at_least_3d(convert_to_tensor(image, name="image"))
        return _by_rank(
            image,
            lambda: permuted(image, [1, 0, 2], name="transpose"),
            lambda: permuted(image, [0, 2, 1, 3], name="transpose"),
        )
