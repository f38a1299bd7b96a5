"""Second derivatives as matrices (API: tf.hessians)."""

from __future__ import annotations

from typing import Any

from convflow.autodiff.gradients import gradients
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.ops.array.concat import concat
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack


def hessians(
    ys: Any,
    xs: Any,
    name: str = "hessians",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: Any = None,
) -> list[Tensor]:
    """The matrix of second derivatives of the sum over `ys`, for each of `xs` by itself (API: tf.hessians).

    Args:
        ys: a tensor or a list of tensors.
        xs: a tensor or variable whose number of elements is known, or a list of these.
        name: accepted.

    Returns:
        One tensor of shape x.shape + x.shape per x.

    Raises:
        ValueError: ys that do not depend on an x, or only linearly.
        NotImplementedError: an x whose number of elements is not known while the graph is built.
    """
    options = {
        "colocate_gradients_with_ops": colocate_gradients_with_ops,
        "gate_gradients": gate_gradients,
        "aggregation_method": aggregation_method,
    }
    xs = list(xs) if isinstance(xs, (list, tuple)) else [xs]
    slopes = gradients(ys, xs, **options)
    return [_hessian(x, slope, options) for x, slope in zip(xs, slopes, strict=True)]


def _hessian(x: Any, slope: Any, options: dict[str, Any]) -> Tensor:
    count = x.shape.num_elements()
    if count is None:
        raise NotImplementedError(
            f"tf.hessians needs the shape of x while the graph is built, {x!r} has {x.shape}. Give it a full shape: "
            "a placeholder with all sizes, or x.set_shape(...)."
        )
    if slope is None:
        raise ValueError(f"None values not supported: the ys do not depend on {x!r}, so there is no second derivative.")
    slopes = reshape(slope, [-1])
    rows = [gradients(slopes[index], x, **options)[0] for index in range(count)]
    if any(row is None for row in rows):
        raise ValueError(f"None values not supported: the first derivative with respect to {x!r} is constant.")
    sizes = shape_of(x)
    matrix = stack([convert_to_tensor(row) for row in rows]) if rows else reshape(slope, [0])
    return reshape(matrix, concat([sizes, sizes], 0))
