"""The largest elements of each row (API: tf.nn.top_k, tf.nn.in_top_k)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.array.constant import zeros
from convflow.ops.array.gather_nd import scatter_nd
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.strided_slice import getitem
from convflow.ops.factories import on_wide_unsigned
from convflow.ops.math.arithmetic import add, multiply
from convflow.ops.math.cast import cast
from convflow.ops.math.reduce import reduce_prod
from convflow.ops.types import INDEX, REAL


class TopKV2(NamedTuple):
    """What `top_k` returns."""

    values: Tensor
    indices: Tensor


def top_k(
    input: Any, k: Any = 1, sorted: bool = True, index_type: Any = dtypes.int32, name: str | None = None
) -> TopKV2:
    """The k largest elements of the last axis (API: tf.nn.top_k, tf.math.top_k).

    Args:
        input: numbers of shape [..., n].
        k: how many, an integer scalar of at most n.
        sorted: the order may be any if false; here it is always from large to small.
        index_type: int16, int32 or int64.

    Returns:
        `values` and `indices`, both of shape [..., k]; of equal elements the first comes first.

    Raises:
        ValueError: a scalar, a negative k or one above n.
    """
    if isinstance(index_type, str) and index_type not in ("int16", "int32", "int64"):
        # 1.15 has no index_type: its programs may give the name as the fourth argument.
        name, index_type = index_type, dtypes.int32
    return TopKV2(*apply_op("TopKV2", input=input, k=k, sorted=sorted, index_type=index_type, name=name))


def _top_shape(input: TensorShape, k: int | None) -> list[TensorShape]:
    if k is not None and k < 0:
        raise ValueError(f"Need k >= 0, got {k}.")
    if input.rank is None:
        return [unknown_shape(), unknown_shape()]
    if input.rank == 0:
        raise ValueError("input of top_k must have at least one axis, got a scalar.")
    count = input[-1].value
    if k is not None and count is not None and k > count:
        raise ValueError(f"input must have at least k columns. Had {count}, needed {k}: the shape is {input}.")
    return [input[:-1].concatenate(TensorShape([k]))] * 2


def _top_k_v2_shape(ctx: Any) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 0, "k")
    k = ctx.constant(1)
    return _top_shape(ctx.input(0), None if k is None else int(k))


def _largest(input: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    if input.ndim == 0 or not 0 <= k <= input.shape[-1]:
        raise ValueError(f"top_k of {k} elements of shape {list(input.shape)} is not possible.")
    indices: list[torch.Tensor] = []

    def sort(values: torch.Tensor) -> torch.Tensor:
        # A stable sort, as the first of equal elements must come first; PyTorch's topk takes any.
        found = torch.sort(values, dim=-1, descending=True, stable=True)
        indices.append(found.indices[..., :k].contiguous())
        return found.values[..., :k].contiguous()

    return on_wide_unsigned(sort)(input), indices[0]


def _top_k_v2_kernel(op: Operation) -> Callable[..., Any]:
    index_type = op.attrs["index_type"].as_torch_dtype

    def compute(input: torch.Tensor, k: torch.Tensor) -> Any:
        values, indices = _largest(input, int(k))
        return values, indices.to(index_type)

    return compute


def _placed(op: Operation, grad: Tensor) -> Tensor:
    """The gradient put where the values were taken from, zeros elsewhere."""
    indices = cast(op.outputs[1], dtypes.int32)
    input_shape, taken_shape = shape_of(op.inputs[0]), shape_of(indices)
    width, total = getitem(input_shape, -1), reduce_prod(input_shape)
    count = reduce_prod(getitem(taken_shape, slice(None, -1)))
    rows = reshape(indices, [count, getitem(taken_shape, -1)])
    starts = multiply(range_of(count), width)
    places = reshape(add(rows, expand_dims(starts, -1)), [-1, 1])
    return reshape(scatter_nd(places, reshape(grad, [-1]), [total]), input_shape)


def _top_k_v2_gradient(op: Operation, grad: Tensor, _: Any) -> list[Tensor | None]:
    return [_placed(op, grad), zeros([], dtype=dtypes.int32)]


register_op(
    "TopKV2",
    inputs="input: T; k: Tk",
    outputs="values: T; indices: index_type",
    attrs=(
        f"sorted: bool = true; T: type in {{{REAL}}}; Tk: type = int32 in {{int16, int32, int64}}; "
        "index_type: type = int32 in {int16, int32, int64}"
    ),
    shape=_top_k_v2_shape,
    kernel=_top_k_v2_kernel,
    gradient=_top_k_v2_gradient,
)


def _top_k_kernel(op: Operation) -> Callable[..., Any]:
    k = op.attrs["k"]

    def compute(input: torch.Tensor) -> Any:
        values, indices = _largest(input, k)
        return values, indices.to(torch.int32)

    return compute


# The form of old graphs: k is an attribute.
register_op(
    "TopK",
    inputs="input: T",
    outputs="values: T; indices: int32",
    attrs=f"k: int >= 0; sorted: bool = true; T: type in {{{REAL}}}",
    shape=lambda ctx: _top_shape(ctx.input(0), ctx.attr("k")),
    kernel=_top_k_kernel,
    gradient=lambda op, grad, _: [_placed(op, grad)],
)


def in_top_k(predictions: Any, targets: Any, k: Any, name: str | None = None) -> Tensor:
    """Whether each row's target is among its k largest predictions (API: tf.nn.in_top_k, tf.math.in_top_k).

    Classes with the target's own prediction do not count against it. A row with a NaN or an infinity, or whose target
    is no class, gives false.

    Args:
        predictions: float32, shape [batch, classes].
        targets: int32 or int64 class numbers, shape [batch].
        k: how many, an integer scalar.

    Returns:
        bool, shape [batch].
    """
    with name_scope(name, "in_top_k"):
        return apply_op("InTopKV2", predictions=predictions, targets=targets, k=k, name=name)


def _in_top_k_shape(ctx: Any) -> list[TensorShape]:
    predictions = rules.with_rank(ctx.input(0), 2, "predictions")
    targets = rules.with_rank(ctx.input(1), 1, "targets")
    if ctx.num_inputs > 2:
        rules.with_rank(ctx.input(2), 0, "k")
    batch = rules.merge_dimension(
        predictions[0], targets[0], f"predictions {predictions} and targets {targets} must have one row each"
    )
    return [TensorShape([batch])]


def _hits(predictions: torch.Tensor, targets: torch.Tensor, k: int) -> torch.Tensor:
    if predictions.ndim != 2 or targets.shape != predictions.shape[:1]:
        raise ValueError(f"predictions {list(predictions.shape)} and targets {list(targets.shape)} do not fit.")
    classes = predictions.shape[1]
    known = (targets >= 0) & (targets < classes) & torch.isfinite(predictions).all(1)
    if not classes:
        return known
    own = predictions.gather(1, targets.long().clamp(0, classes - 1).unsqueeze(1))
    return known & ((predictions > own).sum(1) < k)


def _in_top_k_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    k = op.attrs["k"]
    return lambda predictions, targets: _hits(predictions, targets, k)


register_op(
    "InTopKV2",
    inputs="predictions: float; targets: T; k: T",
    outputs="precision: bool",
    attrs=f"T: type = int32 in {{{INDEX}}}",
    shape=_in_top_k_shape,
    kernel=lambda op: lambda predictions, targets, k: _hits(predictions, targets, int(k)),
    gradient=NO_GRADIENT,
)
register_op(
    "InTopK",
    inputs="predictions: float; targets: T",
    outputs="precision: bool",
    attrs=f"k: int; T: type = int32 in {{{INDEX}}}",
    shape=_in_top_k_shape,
    kernel=_in_top_k_kernel,
    gradient=NO_GRADIENT,
)
