"""How much of the input each element of a tensor depends on, followed through a graph.

Where a window is the whole map, as in a dense layer or a mean over height and width, it counts as one of that size.
Pixels that padding adds count too, so that a field may be larger than the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from convflow.graph.graph import Graph
from convflow.graph.operation import Operation, Tensor
from convflow.graph.static_value import constant_value
from convflow.tools.summary.shapes import Shapes

CONVOLUTIONS = ("Conv2D", "DepthwiseConv2dNative")
POOLS = ("MaxPool", "AvgPool", "MaxPoolV2")
_WHOLE = ("Mean", "Max", "Sum", "Reshape", "MatMul")
Pair = tuple[int, int]


@dataclass(frozen=True)
class Field:
    """Along height and width: the elements of the input seen, and how far neighbours lie apart in it."""

    size: tuple[Fraction, Fraction] = (Fraction(1), Fraction(1))
    step: tuple[Fraction, Fraction] = (Fraction(1), Fraction(1))

    def through(self, window: Pair, stride: Pair = (1, 1)) -> Field:
        """The field after a window of that many elements."""
        size = tuple(f + (k - 1) * s for f, k, s in zip(self.size, window, self.step, strict=True))
        return Field((size[0], size[1]), (self.step[0] * stride[0], self.step[1] * stride[1]))

    def spread(self, by: tuple[Fraction, Fraction]) -> Field:
        return Field(self.size, (self.step[0] * by[0], self.step[1] * by[1]))


def spatial(op: Operation, values: Any) -> Pair:
    """Height's and width's of a list attribute with one for each axis."""
    first = 2 if op.attrs.get("data_format", "NHWC") in ("NCHW", b"NCHW") else 1
    return int(values[first]), int(values[first + 1])


def window(op: Operation, filter_shape: tuple[int, ...] | None) -> tuple[Pair, Pair] | None:
    """What a convolution or pooling spans, and its strides; None if the filter's size is not known."""
    stride = spatial(op, op.attrs["strides"])
    if op.type in POOLS:
        return spatial(op, op.attrs["ksize"]), stride
    if filter_shape is None:
        return None
    height, width = spatial(op, op.attrs.get("dilations") or (1, 1, 1, 1))
    return ((filter_shape[0] - 1) * height + 1, (filter_shape[1] - 1) * width + 1), stride


def follow(graph: Graph, shapes: Shapes) -> dict[Tensor, Field]:
    """The field of every tensor of a graph."""
    fields: dict[Tensor, Field] = {}
    for op in graph.get_operations():
        taken = [fields.get(tensor, Field()) for tensor in op.inputs]
        field = _after(op, _largest(taken), shapes) if taken else Field()
        fields.update(dict.fromkeys(op.outputs, field))
    return fields


def _largest(fields: list[Field]) -> Field:
    """Where branches meet: the most that any of them sees."""
    steps = max(fields, key=lambda field: field.step).step
    height, width = (max(field.size[axis] for field in fields) for axis in (0, 1))
    return Field((height, width), steps)


def _after(op: Operation, field: Field, shapes: Shapes) -> Field:
    if op.type in CONVOLUTIONS or op.type in POOLS:
        found = window(op, shapes.of(op.inputs[1]) if op.type in CONVOLUTIONS else None)
        return field.through(*found) if found else field
    if op.type in ("SpaceToBatchND", "BatchToSpaceND"):
        return _rearranged(op, field)
    if op.type in _WHOLE:
        return _whole(op, field, shapes)
    return field


def _rearranged(op: Operation, field: Field) -> Field:
    """Between the two a dilated convolution is a plain one."""
    block = constant_value(op.inputs[1])
    if block is None or len(block) != 2:
        return field
    sizes = Fraction(int(block[0])), Fraction(int(block[1]))
    return field.spread(sizes if op.type == "SpaceToBatchND" else (1 / sizes[0], 1 / sizes[1]))


def _whole(op: Operation, field: Field, shapes: Shapes) -> Field:
    """A map that becomes a vector: all of it is seen."""
    before, after = shapes.of(op.inputs[0]), shapes.of(op.outputs[0])
    if before is None or after is None or len(before) != 4 or (len(after) == 4 and after[1:3] != (1, 1)):
        return field
    return field.through((before[1], before[2]))
