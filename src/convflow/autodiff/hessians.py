"""Second derivatives as matrices (API: tf.hessians)."""

from __future__ import annotations

from typing import Any

from convflow.autodiff.gradients import gradients
from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.shape_ops import size
from convflow.ops.tensor_array import TensorArray
from convflow.ops.while_loop import while_loop


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
        xs: a tensor or variable, or a list of these.
        name: accepted.

    Returns:
        One tensor of shape x.shape + x.shape per x.

    Raises:
        ValueError: ys that do not depend on an x, or only linearly.
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
    if slope is None:
        raise ValueError(f"None values not supported: the ys do not depend on {x!r}, so there is no second derivative.")
    slopes = reshape(slope, [-1])
    count = size(x)

    def row(index: Tensor, rows: TensorArray) -> Any:
        following = index + 1
        (second,) = gradients(slopes[index], x, **options)
        if second is None:
            raise ValueError(f"None values not supported: the first derivative with respect to {x!r} is constant.")
        return following, rows.write(index, second)

    _, rows = while_loop(lambda index, _: index < count, row, [constant(0, dtypes.int32), TensorArray(x.dtype, count)])
    sizes = shape_of(x)
    return reshape(rows.stack(), concat([sizes, sizes], 0))
