"""The node behind tf.einsum: one or two operands, labels repeated in an operand (a diagonal) or in the output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import Dimension, TensorShape, as_dimension, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.array.concat import concat
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.tile import broadcast_to
from convflow.ops.math.complex import conj

ELLIPSIS = "..."


def _labels(text: str) -> list[str]:
    """One element per label, the ellipsis being one."""
    start, found, end = text.partition(ELLIPSIS)
    return [*start, *([ELLIPSIS] if found else []), *end]


def _parsed(equation: str) -> tuple[list[list[str]], list[str]]:
    inputs, _, output = equation.partition("->")
    return [_labels(part) for part in inputs.split(",")], _labels(output)


def _matched(labels: list[str], sizes: list[Any], shape: Any, equation: str) -> list[tuple[str, list[Any]]]:
    """The sizes of each label of one operand."""
    named = len(labels) - (ELLIPSIS in labels)
    rest = len(sizes) - named
    if rest < 0 or (rest > 0 and ELLIPSIS not in labels):
        raise ValueError(
            f"Expected {'at least ' if ELLIPSIS in labels else ''}{named} axes as {''.join(labels)!r} in {equation!r} "
            f"says, got an input of shape {shape}."
        )
    result, position = [], 0
    for label in labels:
        width = rest if label == ELLIPSIS else 1
        result.append((label, sizes[position : position + width]))
        position += width
    return result


def _shape(ctx: Any) -> list[TensorShape]:
    equation = ctx.attr("equation")
    inputs, output = _parsed(equation)
    if len(inputs) != ctx.num_inputs or len(inputs) > 2:
        raise ValueError(f"Expecting 1 or 2 input subscripts in equation {equation!r} for {ctx.num_inputs} inputs.")
    sizes: dict[str, Dimension] = {}
    rest: TensorShape = TensorShape(())
    for index, labels in enumerate(inputs):
        shape = ctx.input(index)
        if shape.rank is None:
            rest = unknown_shape() if ELLIPSIS in labels else rest
            continue
        for label, found in _matched(labels, list(shape), shape, equation):
            if label == ELLIPSIS:
                rest = rules.broadcast_shapes(rest, TensorShape(found))
                continue
            what = f"label {label} of {equation!r} in an input of shape {shape}"
            sizes[label] = rules.merge_dimension(sizes.get(label), found[0], what)
    if ELLIPSIS not in output and rest.rank:
        raise ValueError(f"{equation!r} has no ellipsis in its output, but its inputs have further axes {rest}.")
    result = TensorShape(())
    for label in output:
        result = result.concatenate(rest if label == ELLIPSIS else TensorShape([as_dimension(sizes.get(label))]))
    return [result]


def _kernel(op: Operation) -> Callable[..., torch.Tensor]:
    equation = op.attrs["equation"]
    equation = equation.decode() if isinstance(equation, bytes) else equation
    inputs, output = _parsed(equation)
    unique = list(dict.fromkeys(output))
    inner = f"{equation.partition('->')[0]}->{''.join(unique)}"

    def compute(*operands: torch.Tensor) -> torch.Tensor:
        _check_sizes(inputs, operands, equation)
        result = torch.einsum(inner, *operands)
        return (_spread(result, unique, output) if len(unique) < len(output) else result).contiguous()

    return compute


def _check_sizes(inputs: list[list[str]], operands: tuple[torch.Tensor, ...], equation: str) -> None:
    """PyTorch would stretch a labelled axis of size 1."""
    sizes: dict[str, int] = {}
    for labels, operand in zip(inputs, operands, strict=True):
        for label, found in _matched(labels, list(operand.shape), list(operand.shape), equation):
            if label != ELLIPSIS and sizes.setdefault(label, found[0]) != found[0]:
                raise ValueError(f"Label {label} of {equation!r} has sizes {sizes[label]} and {found[0]}.")


def _spread(x: torch.Tensor, unique: list[str], output: list[str]) -> torch.Tensor:
    """`x` with the axes `unique` laid on the diagonals of a tensor with the axes `output`."""
    rest = x.ndim - (len(unique) - (ELLIPSIS in unique))
    expanded: list[str] = []
    for label in output:
        expanded += [f"{ELLIPSIS}{i}" for i in range(rest)] if label == ELLIPSIS else [label]
    axes = [f"{ELLIPSIS}{i}" for i in range(rest)] if ELLIPSIS in unique else []
    order: list[str] = []
    for label in unique:
        order += axes if label == ELLIPSIS else [label]
    size_of = dict(zip(order, x.shape, strict=True))
    result = x.new_zeros([size_of[label] for label in expanded])
    strides = [0] * len(order)
    for label, stride in zip(expanded, result.stride(), strict=True):
        strides[order.index(label)] += stride
    result.as_strided(list(x.shape), strides).copy_(x)
    return result


# Gradients: the product of what arrives and the other operand, summed to the operand's labels. Labels that stand in
# the operand alone were summed over: the gradient is the same all along them.


def _gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    equation = op.attrs["equation"]
    inputs, output = _parsed(equation.decode() if isinstance(equation, bytes) else equation)
    result: list[Tensor | None] = []
    for index, (x, labels) in enumerate(zip(op.inputs, inputs, strict=True)):
        others = [(conj(op.inputs[1 - index]), inputs[1 - index])] if len(inputs) == 2 else []
        result.append(_gradient_by(x, labels, [*others, (grad, output)]))
    return result


def _gradient_by(x: Tensor, labels: list[str], factors: list[tuple[Tensor, list[str]]]) -> Tensor:
    present = {label for _, given in factors for label in given}
    unique = list(dict.fromkeys(labels))
    kept = [label for label in unique if label in present and label != ELLIPSIS]
    has_rest = ELLIPSIS in unique and ELLIPSIS in present
    target = [*([ELLIPSIS] if ELLIPSIS in present else []), *kept]
    left = ",".join("".join(given) for _, given in factors)
    partial = apply_op("Einsum", inputs=[factor for factor, _ in factors], equation=f"{left}->{''.join(target)}")
    if not has_rest and len(kept) == len(unique) == len(labels) and ELLIPSIS not in present:
        return partial if kept == labels else apply_op("Einsum", inputs=[partial], equation=_rule(kept, labels))
    partial, order = _stretched(x, labels, unique, partial, kept)
    return partial if order == labels else apply_op("Einsum", inputs=[partial], equation=_rule(order, labels))


def _rule(source: list[str], target: list[str]) -> str:
    return f"{''.join(source)}->{''.join(target)}"


def _stretched(
    x: Tensor, labels: list[str], unique: list[str], partial: Tensor, kept: list[str]
) -> tuple[Tensor, list[str]]:
    """The gradient with the axes of `x`, each label once: the ellipsis first, summed where x was stretched."""
    sizes = shape_of(x)
    rest = _rest_sizes(sizes, labels)
    named = [label for label in unique if label != ELLIPSIS]
    lengths = {label: _length(sizes, labels, label) for label in named}
    rank = len(kept)
    stretched_rest = shape_of(partial)[:-rank] if rank else shape_of(partial)
    axes = apply_op("BroadcastGradientArgs", s0=rest, s1=stretched_rest)[0]
    partial = apply_op("Sum", input=partial, reduction_indices=axes)
    ones = [lengths[label] if label in kept else [1] for label in named]
    partial = reshape(partial, concat([rest, *ones], 0))
    partial = broadcast_to(partial, concat([rest, *[lengths[label] for label in named]], 0))
    return partial, [*([ELLIPSIS] if ELLIPSIS in labels else []), *named]


def _length(sizes: Tensor, labels: list[str], label: str) -> Tensor:
    """The size of a label as a vector of one element."""
    position = labels.index(label)
    if ELLIPSIS in labels and position > labels.index(ELLIPSIS):
        position -= len(labels)
    return sizes[position : position + 1] if position != -1 else sizes[-1:]


def _rest_sizes(sizes: Tensor, labels: list[str]) -> Tensor:
    if ELLIPSIS not in labels:
        return sizes[:0]
    start = labels.index(ELLIPSIS)
    after = len(labels) - 1 - start
    return sizes[start:-after] if after else sizes[start:]


register_op(
    "Einsum",
    inputs="inputs: N * T",
    outputs="output: T",
    attrs="equation: string; N: int >= 1; T: type",
    shape=_shape,
    kernel=_kernel,
    gradient=_gradient,
)
