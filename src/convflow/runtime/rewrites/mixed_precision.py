"""Convolutions and matrix products in bfloat16, opt-in (API: RewriterConfig.auto_mixed_precision).

bfloat16 is float32 without its last sixteen bits: the same range, eight bits of precision. Processors that multiply
it do so about twice as fast, adding up in float32. Three lists say what becomes of a node:

- what gains from it always runs in bfloat16: convolutions, matrix products and their derivatives;
- what only hands values on, compares them or normalizes them does so in bfloat16 if it stands between nodes of the
  first kind, for then nothing is rounded that would not be anyway, half the memory moves, and no cast is needed;
- all else, variables and what is fetched stay as they are.

A value that several such nodes take is rounded once, by the first of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

from convflow.core import dtypes
from convflow.graph.operation import Operation, Tensor
from convflow.runtime.draft import Draft
from convflow.runtime.fused import Fused
from convflow.runtime.guards import ALWAYS, Guard

TITLE = "{} (bfloat16)"

# Which input is a filter that stands in a convolution.
_FILTERS = {"Conv2D": 1, "Conv2DBackpropInput": 1}

# Which inputs are rounded, and which outputs are left so; None is all of type float32.
_Places = tuple[int, ...] | None


@dataclass(frozen=True)
class _Rule:
    """What becomes of a node.

    Attributes:
        inputs, outputs: the places.
        gains: whether it runs in bfloat16 whatever stands around it.
        looks: whether it asks for sizes only, which every type of elements has.
    """

    inputs: _Places = None
    outputs: _Places = None
    gains: bool = False
    looks: bool = False


_PRODUCT = _Rule(gains=True)
# The gradients of variables: added up in float32 and used in float32.
_PRODUCT_FOR_VARIABLES = _Rule(outputs=(), gains=True)
_BETWEEN = _Rule()
_FIRST = _Rule(inputs=(0,), outputs=(0,))

RULES: dict[str, _Rule] = {
    **dict.fromkeys(("Conv2D", "Conv2DBackpropInput", "Conv3D", "Conv3DBackpropInputV2"), _PRODUCT),
    **dict.fromkeys(("MatMul", "BatchMatMul", "BatchMatMulV2"), _PRODUCT),
    **dict.fromkeys(("Conv2DBackpropFilter", "Conv3DBackpropFilterV2"), _PRODUCT_FOR_VARIABLES),
    **dict.fromkeys(("Relu", "ReluGrad", "Relu6", "Relu6Grad", "LeakyRelu", "LeakyReluGrad"), _BETWEEN),
    **dict.fromkeys(("BiasAdd", "Add", "AddV2", "AddN", "ConcatV2", "Reshape", "Squeeze", "ExpandDims"), _BETWEEN),
    **dict.fromkeys(("MaxPool", "MaxPoolGrad", "AvgPool", "AvgPoolGrad", "Pad", "Transpose", "Slice"), _BETWEEN),
    "BiasAddGrad": _Rule(outputs=()),
    **dict.fromkeys(("Shape", "ShapeN", "Size", "Rank"), _Rule(outputs=(), looks=True)),
    **dict.fromkeys(("FusedBatchNormV2", "FusedBatchNormV3"), _FIRST),
    **dict.fromkeys(("FusedBatchNormGradV2", "FusedBatchNormGradV3"), _Rule(inputs=(0, 1), outputs=(0,))),
}


# Several of these may run as one: their fused kernels move, compare and add elements of any type.
_OF_ANY_TYPE = frozenset(
    ("MaxPool", "MaxPoolGrad", "Relu", "ReluGrad", "Relu6", "Relu6Grad", "LeakyRelu", "LeakyReluGrad", "BiasAdd",
     "BiasAddGrad")
)  # fmt: skip


def mix_precision(draft: Draft) -> None:
    """Run what gains from it in bfloat16."""
    chosen = _chosen(draft)
    rounded = _Rounded(draft)
    made = [fused for op in chosen if (fused := _lower(draft, op, chosen, rounded)) is not None]
    for fused in made:
        _drop_unread(draft, fused)


def _rule(op: Operation) -> _Rule | None:
    """What becomes of a node, or of several that run as one and whose kernel takes any type of elements."""
    if not isinstance(op, Fused):
        return RULES.get(op.type)
    return _BETWEEN if all(member.type in _OF_ANY_TYPE for member in op.members) else None


def _low_inputs(op: Operation) -> list[int]:
    places = _sure(op).inputs
    return [
        i for i, tensor in enumerate(op.inputs) if tensor.dtype == dtypes.float32 and (places is None or i in places)
    ]


def _low_outputs(op: Operation) -> list[int]:
    return [i for i, tensor in enumerate(op.outputs) if tensor.dtype == dtypes.float32 and _is_low_output(op, i)]


def _is_low_output(op: Operation, index: int) -> bool:
    member = op.outputs[index].op
    if isinstance(op, Fused) and member in op.members:
        return _is_low_output(member, op.outputs[index].value_index)
    places = _sure(op).outputs
    return places is None or index in places


def _sure(op: Operation) -> _Rule:
    rule = _rule(op)
    if rule is None:
        raise ValueError(f"{op.type} has no rule for bfloat16.")
    return rule


def _chosen(draft: Draft) -> dict[Operation, _Rule]:
    """The nodes that run in bfloat16, in order."""
    candidates: dict[Operation, _Rule] = {}
    for op in draft.items:
        rule = _rule(op) if isinstance(op, Operation) else None
        if rule is None or not isinstance(op, Operation):
            continue
        low = _low_inputs(op)
        if low and (rule.gains or any(_is_low(draft, op.inputs[i], candidates) for i in low)):
            candidates[op] = rule
    chosen: dict[Operation, _Rule] = {}
    for op, rule in reversed(candidates.items()):
        if (
            rule.gains
            or not _low_outputs(op)
            or any(_is_taken_low(draft, op.outputs[i], chosen) for i in _low_outputs(op))
        ):
            chosen[op] = rule
    return dict(reversed(chosen.items()))


def _is_low(draft: Draft, tensor: Tensor, ops: dict[Operation, _Rule]) -> bool:
    """Whether one of these nodes makes a value in bfloat16."""
    maker = draft.maker(tensor)
    return maker in ops and maker.outputs.index(draft.source(tensor)) in _low_outputs(maker)


def _is_taken_low(draft: Draft, tensor: Tensor, ops: dict[Operation, _Rule]) -> bool:
    """Whether one of these nodes takes a value in bfloat16."""
    return any(
        isinstance(reader, Operation) and reader in ops and _takes_low(draft, reader, tensor)
        for reader in draft.readers(tensor)
    )


def _takes_low(draft: Draft, op: Operation, tensor: Tensor) -> bool:
    return any(draft.source(op.inputs[i]) is draft.source(tensor) for i in _low_inputs(op))


@dataclass
class _Rounded:
    """The values that there are in bfloat16, and when."""

    draft: Draft
    _values: dict[Tensor, tuple[Tensor, Guard]] = field(default_factory=dict)

    def add(self, tensor: Tensor, low: Tensor, guard: Guard) -> None:
        self._values[tensor] = low, guard

    def get(self, tensor: Tensor, guard: Guard) -> Tensor | None:
        """The value in bfloat16 for a node with this guard."""
        low, when = self._values.get(self.draft.source(tensor), (None, None))
        return low if when is ALWAYS or when == guard else None


def _lower(draft: Draft, op: Operation, chosen: dict[Operation, _Rule], rounded: _Rounded) -> Operation | None:
    """Put a node into bfloat16; None, and it stays, where the draft does not let it."""
    guard = draft.guards.of(op)
    looks = chosen[op].looks
    low = _low_inputs(op)
    inputs = draft.inputs(op)
    shared: list[int] = []
    for i in low:
        tensor = inputs[i]
        known = rounded.get(tensor, guard)
        if known is not None:
            inputs[i] = known
        elif (
            not looks
            and _is_shared(draft, op, tensor, chosen)
            and tensor not in [draft.source(op.inputs[j]) for j in shared]
        ):
            shared.append(i)
    outputs = _low_outputs(op)
    kernel = _kernel(op, [] if looks else low, shared, outputs)
    hidden = [dtypes.bfloat16] * (len(shared) + len(outputs))
    fused = draft.fuse([op], TITLE.format(op.type), kernel, inputs, op.outputs, hidden)
    if fused is None:
        return None
    for low_value, tensor in zip(
        fused.hidden, [*(op.inputs[i] for i in shared), *(op.outputs[i] for i in outputs)], strict=True
    ):
        rounded.add(draft.source(tensor), low_value, guard)
    return fused


def _is_shared(draft: Draft, op: Operation, tensor: Tensor, chosen: dict[Operation, _Rule]) -> bool:
    """Whether other nodes will take a value in bfloat16, too. One by reference may have changed by then."""
    if tensor.dtype._is_ref_dtype:
        return False
    others = (reader for reader in draft.readers(tensor) if isinstance(reader, Operation) and reader is not op)
    return any(reader in chosen and not chosen[reader].looks and _takes_low(draft, reader, tensor) for reader in others)


def _kernel(op: Operation, low: list[int], shared: list[int], outputs: list[int]) -> Callable[..., tuple[Any, ...]]:
    """The node's kernel on rounded values. It returns the outputs in their own types, the rounded inputs that others
    take, and the outputs in bfloat16."""
    compute = op.definition.kernel(op)
    filter = _FILTERS.get(op.type)

    def run(*values: Any) -> tuple[Any, ...]:
        taken = list(values)
        for i in low:
            taken[i] = _rounded_filter(taken[i], values[0]) if i == filter else taken[i].to(torch.bfloat16)
        made = compute(*taken)
        results = made if isinstance(made, tuple) else (made,)
        return (*results, *(taken[i] for i in shared), *(results[i] for i in outputs))

    return run


def _rounded_filter(filter: torch.Tensor, input: torch.Tensor) -> torch.Tensor:
    """A filter in bfloat16, with the elements of one output channel side by side in memory, as convolutions of
    channels_last pictures take them: turned once for all that take it, and as a matrix, which PyTorch turns fast.
    One that covers the whole input, or a single place, is a matrix as it lies."""
    is_product = filter.shape[:-2] in (input.shape[1:-1], (1,) * (filter.ndim - 2))
    if filter.dtype == torch.bfloat16 or filter.ndim != 4 or is_product:
        return filter.to(torch.bfloat16)
    *window, channels, filters = filter.shape
    turned = filter.to(torch.bfloat16).reshape(-1, filters).t().contiguous()
    return turned.reshape(filters, *window, channels).permute(1, 2, 3, 0)


def _drop_unread(draft: Draft, fused: Any) -> None:
    """Make of the outputs only those that somebody takes: the ones in float32 are few, and each a cast."""
    outputs = fused.outputs
    read = [i for i, tensor in enumerate(outputs) if draft.readers(tensor) or draft.is_fetched(tensor)]
    wide = [i for i in read if outputs[i].dtype == dtypes.float32]
    compute = fused.definition.kernel(fused)

    def run(*values: Any) -> Any:
        made = compute(*values)
        results = tuple(made[i].float() if i in wide else made[i] for i in read)
        return results if len(results) != 1 else results[0]

    draft.fuse([fused], fused.type, run, fused.inputs, [outputs[i] for i in read])
