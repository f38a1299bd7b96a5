"""The nodes of accumulators: the two kinds, and what is done with them.

Dense ones have a `resource` for a handle, and a reference in graphs of old; sparse ones always a reference.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core import errors
from convflow.core.compat import as_str_any
from convflow.core.shape import TensorShape, scalar, unknown_shape
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation
from convflow.ops import rules
from convflow.ops.accumulator_resource import AccumulatorResource, DenseAccumulator, Slices, SparseAccumulator

_TYPES = (
    "dtype: type in {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, "
    "qint16, quint16, uint16, complex128, half, uint32, uint64}"
)
_NAMES = "shape: shape; container: string = ''; shared_name: string = ''; "
_REDUCTION = "reduction_type: string = 'MEAN' in {'MEAN', 'SUM'}"


def _accumulator_kernel(kind: type[AccumulatorResource]) -> Callable[..., Any]:
    def kernel(op: Operation, store: Any) -> Callable[[], AccumulatorResource]:
        attrs = op.attrs
        name = as_str_any(attrs["shared_name"])
        key = ("accumulator", as_str_any(attrs["container"]), name) if name else ("accumulator", op.name)
        is_mean = as_str_any(attrs["reduction_type"]) == "MEAN"

        def handle() -> AccumulatorResource:
            found = store.resource(key, lambda: kind(name or op.name, attrs["dtype"], attrs["shape"], is_mean))
            if type(found) is not kind or found.dtype != attrs["dtype"]:
                raise errors.InvalidArgumentError(
                    None,
                    None,
                    f"The shared accumulator '{name}' is a {type(found).__name__} of {found.dtype.name}, but {op.name} "
                    f"asks for a {kind.__name__} of {attrs['dtype'].name}. Give one of them another shared_name.",
                )
            return found

        return handle

    return kernel


def _register(op_type: str, handle: str, inputs: str, outputs: str, attrs: str, shape: Any, kernel: Any) -> None:
    stateful = handle == "resource"
    register_op(
        op_type,
        inputs=f"handle: {handle}{inputs}",
        outputs=outputs,
        attrs=attrs,
        shape=shape,
        kernel=(lambda op, store: kernel(op)) if stateful else kernel,
        gradient=NO_GRADIENT,
        stateful=stateful,
    )


def _register_accumulator(op_type: str, handle: str, kind: type[AccumulatorResource]) -> None:
    register_op(
        op_type,
        outputs=f"handle: {handle}",
        attrs=f"{_TYPES}; {_NAMES}{_REDUCTION}",
        shape=lambda ctx: [TensorShape([2])] if handle != "resource" or op_type.startswith("Resource") else [scalar()],
        kernel=_accumulator_kernel(kind),
        gradient=NO_GRADIENT,
        stateful=True,
    )


def _apply_dense(op: Operation) -> Callable[..., None]:
    return lambda accumulator, step, gradient: accumulator.apply(int(step), gradient)


def _apply_sparse(op: Operation) -> Callable[..., None]:
    known = op.attrs["has_known_shape"]

    def apply(accumulator: Any, step: Any, indices: torch.Tensor, values: torch.Tensor, shape: torch.Tensor) -> None:
        slices: Slices = (indices, values, shape if known else None)
        accumulator.apply(int(step), slices)

    return apply


def _take(op: Operation) -> Callable[..., Any]:
    return lambda accumulator, num_required: accumulator.take(int(num_required))


def _count(op: Operation) -> Callable[..., torch.Tensor]:
    return lambda accumulator: torch.tensor(accumulator.count(), dtype=torch.int32)


def _set_step(op: Operation) -> Callable[..., None]:
    return lambda accumulator, step: accumulator.set_global_step(int(step))


def _step_rule(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 0, "the step")
    return []


def _taken_rule(count: int) -> Callable[[InferenceContext], list[TensorShape]]:
    def rule(ctx: InferenceContext) -> list[TensorShape]:
        rules.with_rank(ctx.input(1), 0, "num_required")
        # A handle says nothing of the gradients' shape: the accumulator's methods set it.
        return [unknown_shape() for _ in range(count)]

    return rule


for _prefix, _handle in (("Resource", "resource"), ("", "Ref(string)")):
    _register_accumulator(f"{_prefix}ConditionalAccumulator", _handle, DenseAccumulator)
    _register(
        f"{_prefix}AccumulatorApplyGradient",
        _handle,
        "; local_step: int64; gradient: dtype",
        "",
        _TYPES,
        _step_rule,
        _apply_dense,
    )
    _register(
        f"{_prefix}AccumulatorNumAccumulated", _handle, "", "num_accumulated: int32", "", rules.scalar_output, _count
    )
    _register(f"{_prefix}AccumulatorSetGlobalStep", _handle, "; new_global_step: int64", "", "", _step_rule, _set_step)
    _register(
        f"{_prefix}AccumulatorTakeGradient",
        _handle,
        "; num_required: int32",
        "average: dtype",
        _TYPES,
        _taken_rule(1),
        _take,
    )
_register_accumulator("SparseConditionalAccumulator", "Ref(string)", SparseAccumulator)
_register(
    "SparseAccumulatorApplyGradient",
    "Ref(string)",
    "; local_step: int64; gradient_indices: int64; gradient_values: dtype; gradient_shape: int64",
    "",
    f"{_TYPES}; has_known_shape: bool",
    _step_rule,
    _apply_sparse,
)
_register(
    "SparseAccumulatorTakeGradient",
    "Ref(string)",
    "; num_required: int32",
    "indices: int64; values: dtype; shape: int64",
    _TYPES,
    _taken_rule(3),
    _take,
)
