"""What functions of pictures check before they work: rank, sizes, channels."""

from __future__ import annotations

from typing import Any

from convflow.core.shape import TensorShape
from convflow.graph.operation import Operation, Tensor
from convflow.graph.static_value import constant_value
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import unstack
from convflow.ops.assert_compare import assert_greater_equal, assert_positive
from convflow.ops.assertion import assert_
from convflow.ops.dependencies import with_dependencies


def assert_that(condition: Any, message: str) -> list[Operation]:
    """What must run first so that `condition` is sure: nothing where that is known; ValueError if it is false."""
    if isinstance(condition, Tensor):
        return [assert_(condition, [message])]
    if not condition:
        raise ValueError(message)
    return []


def sizes_of(image: Tensor, rank: int) -> list[Any]:
    """The picture's sizes: numbers where they are known, scalars of the graph where not."""
    if image.shape.is_fully_defined():
        return image.shape.as_list()
    static = image.shape.with_rank(rank).as_list()
    dynamic = unstack(shape_of(image), num=rank)
    return [found if known is None else known for known, found in zip(static, dynamic, strict=True)]


def check_at_least_3d(image: Tensor, require_static: bool = True) -> list[Operation]:
    """What must run first so that `image` is [..., height, width, channels] without a size of zero.

    Raises:
        ValueError: it is known to be something else, or `require_static` and its sizes are not known.
    """
    shape: TensorShape = image.shape
    if shape.rank is not None and shape.rank < 3:
        raise ValueError(
            f"'image' (shape {shape}) must be at least three-dimensional: [..., height, width, channels]. "
            "Use tf.expand_dims or tf.reshape to give it these axes."
        )
    sizes = None if shape.rank is None else shape[-3:]
    if require_static and (sizes is None or not sizes.is_fully_defined()):
        raise ValueError("'image' must be fully defined: set the sizes of its last three axes with image.set_shape.")
    if sizes is not None and 0 in sizes.as_list():
        raise ValueError(f"inner 3 dims of 'image.shape' must be > 0: {shape}. Use pictures with at least one pixel.")
    if sizes is not None and sizes.is_fully_defined():
        return []
    last = shape_of(image)[-3:]
    return [
        assert_positive(last, ["inner 3 dims of 'image.shape' must be > 0."]),
        assert_greater_equal(rank_of(image), 3, message="'image' must be at least three-dimensional."),
    ]


def asserted_at_least_3d(image: Tensor) -> Tensor:
    return with_dependencies(check_at_least_3d(image, require_static=False), image)


def check_3d(image: Tensor, require_static: bool = True) -> list[Operation]:
    """As `check_at_least_3d` for [height, width, channels]."""
    shape: TensorShape = image.shape
    if shape.rank not in (None, 3):
        raise ValueError(
            f"'image' (shape {shape}) must be three-dimensional: [height, width, channels]. "
            "Pass one picture at a time, or use tf.map_fn for a batch."
        )
    if require_static and not shape.is_fully_defined():
        raise ValueError(f"'image' (shape {shape}) must be fully defined: set its sizes with image.set_shape.")
    if shape.rank is not None and 0 in shape.as_list():
        raise ValueError(f"all dims of 'image.shape' must be > 0: {shape}. Use a picture with at least one pixel.")
    if shape.is_fully_defined():
        return []
    return [assert_positive(shape_of(image), ["all dims of 'image.shape' must be > 0."])]


def asserted_3d(image: Tensor) -> Tensor:
    return with_dependencies(check_3d(image, require_static=False), image)


def check_channels(image: Tensor, count: int, what: str) -> None:
    """ValueError naming `what` where the last axis is known to have another size."""
    shape = image.shape
    if shape.rank is not None and (shape.rank < 1 or shape[-1].value not in (None, count)):
        raise ValueError(f"{what} must have size {count} in the last axis, but its shape is {shape}.")


def static_or_none(value: Any) -> Any:
    """The number that a scalar stands for, where that is known."""
    found = constant_value(value) if isinstance(value, Tensor) else value
    return None if found is None else found
