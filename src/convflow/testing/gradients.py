"""Gradients compared with finite differences (API: tf.test.compute_gradient)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from convflow.autodiff.gradients import gradients
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import get_default_session
from convflow.ops.array.constant import constant
from convflow.ops.array.identity import identity

Pair = tuple[np.ndarray, np.ndarray]


def compute_gradient(
    x: Any,
    x_shape: Any,
    y: Tensor,
    y_shape: Any,
    x_init_value: Any = None,
    delta: float = 1e-3,
    init_targets: Any = None,
    extra_feed_dict: dict[Any, Any] | None = None,
) -> Any:
    """The Jacobian of `y` by `x`: from the gradient's nodes, and from finite differences.

    Args:
        x: a tensor of float16, float32 or float64, or a list of them.
        x_shape: its shape, or the list of their shapes.
        y: a tensor that follows from it.
        y_shape: the shape of `y`.
        x_init_value: where to compute it, as an array or a list of them; drawn from [0, 1) by NumPy if None.
        delta: how far to go to each side.
        init_targets: operations to run first.
        extra_feed_dict: what else to feed.

    Returns:
        (from the nodes, from differences), each [size of x, size of y]; a list of such pairs for a list.

    Raises:
        TypeError: another element type.
        ValueError: no default session, or an initial value of another shape.
    """
    sess = get_default_session()
    if sess is None:
        raise ValueError("compute_gradient got no session. Expected a default one. Call it in `with tf.Session():`.")
    xs, shapes, values = _as_lists(x, x_shape, x_init_value)
    for tensor in (*xs, y):
        if not tensor.dtype.base_dtype.is_floating:
            raise TypeError(f"compute_gradient got {tensor!r}. Expected float16, float32 or float64. Cast it.")
    if init_targets is not None:
        sess.run(init_targets if isinstance(init_targets, (list, tuple, Operation, Tensor)) else [init_targets])
    start = [_initial(tensor, shape, value) for tensor, shape, value in zip(xs, shapes, values, strict=True)]
    feeds = {**(extra_feed_dict or {}), **dict(zip(xs, start, strict=True))}
    dy = identity(constant(1.0, shape=y_shape, dtype=y.dtype))
    slopes = gradients(y, xs, dy)
    size = int(np.prod(y_shape))
    pairs = [
        (_from_nodes(sess, slope, dy, tensor, size, feeds), _from_differences(sess, y, tensor, size, delta, feeds))
        for tensor, slope in zip(xs, slopes, strict=True)
    ]
    return pairs if isinstance(x, (list, tuple)) else pairs[0]


def compute_gradient_error(
    x: Any,
    x_shape: Any,
    y: Tensor,
    y_shape: Any,
    x_init_value: Any = None,
    delta: float = 1e-3,
    init_targets: Any = None,
    extra_feed_dict: dict[Any, Any] | None = None,
) -> float:
    """The largest difference between the two Jacobians of `compute_gradient` (API: tf.test.compute_gradient_error).

    Args:
        x: a tensor of float16, float32 or float64, or a list of them.
        x_shape: its shape, or the list of their shapes.
        y: a tensor that follows from it.
        y_shape: the shape of `y`.
        x_init_value: where to compute it, as an array or a list of them; drawn from [0, 1) by NumPy if None.
        delta: how far to go to each side for the differences.
        init_targets: operations to run first.
        extra_feed_dict: what else to feed.

    Returns:
        A Python float; 0 for tensors without elements.

    Raises:
        TypeError: another element type.
        ValueError: no default session, or an initial value of another shape.
    """
    found = compute_gradient(x, x_shape, y, y_shape, x_init_value, delta, init_targets, extra_feed_dict)
    pairs: Sequence[Pair] = found if isinstance(found, list) else [found]
    return max((float(np.abs(a - b).max()) for a, b in pairs if a.size), default=0.0)


def _as_lists(x: Any, x_shape: Any, x_init_value: Any) -> tuple[list[Tensor], list[Any], list[Any]]:
    if isinstance(x, (list, tuple)):
        return list(x), list(x_shape), list(x_init_value) if x_init_value is not None else [None] * len(x)
    return [x], [x_shape], [x_init_value]


def _initial(tensor: Tensor, shape: Any, value: Any) -> np.ndarray:
    sizes = [int(size) for size in shape]
    array = np.random.random_sample(sizes) if value is None else np.asarray(value)
    if list(array.shape) != sizes:
        raise ValueError(f"x_init_value has shape {array.shape}. Expected x_shape, {tuple(sizes)}. Give such a value.")
    return array.astype(tensor.dtype.base_dtype.as_numpy_dtype)


def _from_nodes(sess: Any, slope: Any, dy: Tensor, x: Tensor, size: int, feeds: dict[Any, Any]) -> np.ndarray:
    kind = x.dtype.base_dtype.as_numpy_dtype
    jacobian = np.zeros([feeds[x].size, size], kind)
    if slope is None:
        return jacobian
    slope = convert_to_tensor(slope)
    direction: np.ndarray = np.zeros([int(each or 0) for each in dy.get_shape().as_list()], dy.dtype.as_numpy_dtype)
    for column in range(size):
        direction.flat[column] = 1
        jacobian[:, column] = sess.run(slope, {**feeds, dy: direction}).ravel()
        direction.flat[column] = 0
    return jacobian


def _from_differences(sess: Any, y: Tensor, x: Tensor, size: int, delta: float, feeds: dict[Any, Any]) -> np.ndarray:
    at = feeds[x]
    jacobian = np.zeros([at.size, size], at.dtype)
    for row in range(at.size):
        sides = []
        for step in (delta, -delta):
            moved = at.copy()
            moved.flat[row] += step
            sides.append(sess.run(y, {**feeds, x: moved}).ravel())
        jacobian[row] = (sides[0] - sides[1]) / (2 * delta)
    return jacobian
