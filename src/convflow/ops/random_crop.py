"""A random piece of a tensor (API: tf.random_crop)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.slice import slice_
from convflow.ops.assertion import assert_
from convflow.ops.dependencies import with_dependencies
from convflow.ops.math.arithmetic import add, floormod, subtract
from convflow.ops.math.reduce import reduce_all
from convflow.ops.random import random_uniform


def random_crop(value: Any, size: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """A piece of `value` of the given size, at a random place (API: tf.random_crop).

    Args:
        value: a tensor of any rank.
        size: the piece's size along every axis; along one that is not to be cropped, the size of `value`.
        seed: the op's seed; see `tf.set_random_seed`.

    Raises:
        InvalidArgumentError: (when run) `value` is smaller than the piece.
    """
    with name_scope(name, "random_crop", [value, size]) as scope:
        value = convert_to_tensor(value, name="value")
        size = convert_to_tensor(size, dtype=dtypes.int32, name="size")
        shape = shape_of(value)
        is_large_enough = reduce_all(apply_op("GreaterEqual", x=shape, y=size))
        check = assert_(is_large_enough, ["Need value.shape >= size, got ", shape, size], summarize=1000)
        shape = with_dependencies([check], shape)
        places = add(subtract(shape, size, name="sub"), 1, name="add")
        drawn = random_uniform(shape_of(shape), dtype=dtypes.int32, maxval=dtypes.int32.max, seed=seed)
        return slice_(value, floormod(drawn, places, name="mod"), size, name=scope)
