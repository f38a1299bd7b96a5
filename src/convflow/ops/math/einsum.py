"""Sums of products in index notation (API: tf.einsum)."""

from __future__ import annotations

import re
from collections import Counter, namedtuple
from typing import Any

import opt_einsum

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.math import einsum_op  # noqa: F401  (registers the node's type)

_Shaped = namedtuple("_Shaped", ["shape"])  # all that the search for an order of contraction looks at
# Stands for the ellipsis while an order is searched, where it must be one label.
_REST = "0"


def einsum(equation: str, *inputs: Any, **kwargs: Any) -> Tensor:
    """Products of tensors summed as an equation says, "ij,jk->ik" for a matrix product (API: tf.einsum).

    Args:
        equation: a label for each axis of each input, then those of the output; `...` stands for further axes,
            stretched to a common shape. Without `->` the output has the labels that occur once, sorted.
        inputs: tensors or arrays of one type; more than two are contracted two at a time.
        optimize: how the order is found: 'greedy' (default), 'optimal', 'branch-2', 'branch-all' or 'auto'.
        name: the name scope, "einsum" by default.

    Raises:
        TypeError: another keyword.
        ValueError: an equation that cannot be read or that the inputs do not fit.
    """
    name, optimize = kwargs.pop("name", None), kwargs.pop("optimize", "greedy")
    if kwargs:
        raise TypeError(f"Invalid keyword arguments for einsum: {', '.join(kwargs)}. Valid arguments: name, optimize.")
    operands = list(inputs)
    with name_scope(name, "einsum", operands):
        full = _resolved(equation, len(operands))
        if len(operands) <= 2:
            return apply_op("Einsum", inputs=operands, equation=full)
        return _contracted(operands, full.replace("...", _REST), optimize)


def _contracted(operands: list[Any], equation: str, optimize: str) -> Tensor:
    labels = equation.partition("->")[0].split(",")
    sizes = _sizes(labels, [TensorShape(operand.shape) for operand in operands], equation)
    shaped = [_Shaped(tuple(sizes.get(label, 1) for label in part)) for part in labels]
    # As TensorFlow asks it: the steps' own equations are part of the answer.
    steps = opt_einsum.contract_path(equation, *shaped, optimize=optimize, einsum_call=True, use_blas=True)[1]
    for positions, _, step, *_ in steps:
        taken = [operands.pop(position) for position in positions]
        operands.append(apply_op("Einsum", inputs=taken, equation=step.replace(_REST, "...")))
    return operands[0]


def _sizes(labels: list[str], shapes: list[TensorShape], equation: str) -> dict[str, int]:
    """The size of each label as far as it is known; the ellipsis counts with the number of its elements."""
    sizes: dict[str, int] = {}
    for part, shape in zip(labels, shapes, strict=True):
        if shape.rank is None:
            continue
        known = shape.as_list()
        if _REST in part:
            start = part.index(_REST)
            stop = start + len(known) + 1 - len(part)
            if stop < start:
                raise ValueError(f"{part} in {equation} names more axes than an input of shape {shape} has.")
            rest = 1
            for size in known[start:stop]:
                rest *= size or 1
            known[start:stop] = [rest]
        elif len(part) != len(known):
            raise ValueError(f"{part} in {equation} names {len(part)} axes, the input has the shape {shape}.")
        for label, size in zip(part, known, strict=True):
            sizes[label] = max(sizes.get(label, 1), size or 1)
    return sizes


def _resolved(equation: str, count: int) -> str:
    """The equation without spaces and with its output; ValueError for what is none."""
    plain = equation.replace(" ", "")
    match = re.match(r"^((?:[a-zA-Z,]|\.\.\.)*)(?:->((?:[a-zA-Z]|\.\.\.)*))?$", plain)
    if match is None:
        raise ValueError(
            f"Subscripts have incorrect format: {equation!r}. "
            "Expected letters, commas, ... and one ->, as in 'ij,jk->ik'."
        )
    inputs, output = match.groups()
    parts = inputs.split(",")
    if len(parts) != count:
        raise ValueError(f"Got {count} inputs for equation {equation!r}, expecting {len(parts)}.")
    counts = Counter(inputs.replace("...", ""))
    if output is None:
        output = ("..." if "..." in inputs else "") + "".join(
            sorted(label for label, times in counts.items() if times == 1 and label != ",")
        )
    _check_output(equation, output, set(counts), "..." in inputs)
    if any(part.count("...") > 1 for part in parts):
        raise ValueError(f"Too many ellipses in an input of the equation {equation!r}; expected at most one in each.")
    return f"{inputs}->{output}"


def _check_output(equation: str, output: str, labels: set[str], has_ellipsis: bool) -> None:
    named = output.replace("...", "")
    if len(set(named)) != len(named):
        raise ValueError(f"Output subscripts contain a label appearing more than once: {equation!r}.")
    for label in named:
        if label not in labels:
            raise ValueError(f"Output subscripts contain the label {label} not present in the input subscripts.")
    if output.count("...") > 1:
        raise ValueError(f"Output subscripts contain multiple ellipsis: {equation!r}.")
    if "..." in output and not has_ellipsis:
        raise ValueError(f"Output subscripts contain an ellipsis not present in the input subscripts: {equation!r}.")
