"""How much arithmetic a node asks for, from the shapes of what it takes and makes.

A multiplication and the addition after it count as two. What only moves or compares counts as nothing; what computes
element by element as one for each element it makes. For convolutions: 2 x places x filters x taps x channels of a
group, which is the same for both derivatives.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from convflow.graph.operation import Operation

Shape = tuple[int, ...]
Shapes = Sequence[Shape | None]
_Formula = Callable[[Operation, Shapes, Shapes], int]

# Views and other names: they make no memory and do no work.
VIEWS = frozenset(
    ("Identity", "IdentityN", "StopGradient", "PreventGradient", "Reshape", "Squeeze", "ExpandDims", "ReadVariableOp",
     "VariableV2", "Variable", "VarHandleOp", "PlaceholderWithDefault", "Snapshot", "Placeholder", "NoOp")
)  # fmt: skip

# They read no element.
ABOUT_SHAPES = frozenset(("Rank", "Shape", "ShapeN", "Size"))

_MOVES = frozenset(
    ("Cast", "Concat", "ConcatV2", "ExpandDims", "Fill", "Gather", "GatherV2", "GatherNd", "OneHot", "Pack", "Pad",
     "PadV2", "MirrorPad", "Range", "Rank", "Reverse", "ReverseV2", "Shape", "ShapeN", "Size", "Slice", "Split",
     "SplitV", "StridedSlice", "Tile", "Transpose", "Unpack", "ZerosLike", "OnesLike", "Const", "Assign",
     "AssignVariableOp", "Switch", "Merge", "BroadcastGradientArgs", "ScalarSummary", "HistogramSummary",
     "MergeSummary", "ImageSummary", "IteratorGetNext", "InvertPermutation", "ConcatOffset", "SpaceToBatchND",
     "BatchToSpaceND", "SpaceToDepth", "DepthToSpace", "QueueDequeueV2", "QueueDequeueManyV2")
)  # fmt: skip


def operations(op: Operation, inputs: Shapes, outputs: Shapes) -> int | None:
    """The floating-point operations of a node; None where a shape it needs is not known.

    Args:
        inputs, outputs: the shapes of its inputs and outputs, None for those that are not known.
    """
    if op.type in VIEWS or op.type in _MOVES:
        return 0
    try:
        return _FORMULAS.get(op.type, _element_wise)(op, inputs, outputs)
    except (_UnknownShape, IndexError):
        return None


class _UnknownShape(Exception):
    pass


def _known(shape: Shape | None) -> Shape:
    if shape is None:
        raise _UnknownShape
    return shape


def _convolution(result: int | None, filter: int | None) -> _Formula:
    """The formula of a convolution, or of its derivative.

    Args:
        result: which input has the shape of the convolution's output; None for the output.
        filter: which input is the filter; None if the filter is the output.
    """

    def formula(op: Operation, inputs: Shapes, outputs: Shapes) -> int:
        made = _known(outputs[0] if result is None else inputs[result])
        taps = _known(outputs[0] if filter is None else inputs[filter])
        filters = taps[-1]
        return 2 * math.prod(made) * (math.prod(taps) // filters if filters else 0)

    return formula


def _depthwise(result: int | None, filter: int | None) -> _Formula:
    """As `_convolution`: each filter works on one channel."""

    def formula(op: Operation, inputs: Shapes, outputs: Shapes) -> int:
        made = _known(outputs[0] if result is None else inputs[result])
        taps = _known(outputs[0] if filter is None else inputs[filter])
        return 2 * math.prod(made) * math.prod(taps[:-2])

    return formula


def _product(op: Operation, inputs: Shapes, outputs: Shapes) -> int:
    a = _known(inputs[0])
    turned = op.attrs.get("transpose_a") or op.attrs.get("adj_x")
    return 2 * math.prod(_known(outputs[0])) * (a[-2] if turned else a[-1])


def _pooling(op: Operation, inputs: Shapes, outputs: Shapes) -> int:
    """One for each element of each window."""
    shape = _known(outputs[0] if len(inputs) == 1 else inputs[-1])
    return math.prod(shape) * math.prod(op.attrs["ksize"])


def _of_input(factor: int) -> _Formula:
    """So many for each element of the first input: reductions, normalizations."""
    return lambda op, inputs, outputs: factor * math.prod(_known(inputs[0]))


def _update(factor: int, value: int) -> _Formula:
    """So many for each element of the gradient that an optimizer takes."""
    return lambda op, inputs, outputs: factor * math.prod(_known(inputs[value]))


def _sum(op: Operation, inputs: Shapes, outputs: Shapes) -> int:
    return (len(inputs) - 1) * math.prod(_known(outputs[0]))


def _element_wise(op: Operation, inputs: Shapes, outputs: Shapes) -> int:
    if not outputs or not op.outputs[0].dtype.base_dtype.is_floating:
        return 0
    return math.prod(_known(outputs[0]))


_FORMULAS: dict[str, _Formula] = {
    "Conv2D": _convolution(None, 1),
    "Conv2DBackpropInput": _convolution(2, 1),
    "Conv2DBackpropFilter": _convolution(2, None),
    "Conv3D": _convolution(None, 1),
    "Conv3DBackpropInputV2": _convolution(2, 1),
    "Conv3DBackpropFilterV2": _convolution(2, None),
    "DepthwiseConv2dNative": _depthwise(None, 1),
    "DepthwiseConv2dNativeBackpropInput": _depthwise(2, 1),
    "DepthwiseConv2dNativeBackpropFilter": _depthwise(2, None),
    **dict.fromkeys(("MatMul", "BatchMatMul", "BatchMatMulV2"), _product),
    **dict.fromkeys(("MaxPool", "MaxPoolGrad", "AvgPool", "AvgPoolGrad", "MaxPool3D", "AvgPool3D"), _pooling),
    **dict.fromkeys(("Sum", "Mean", "Max", "Min", "Prod", "All", "Any", "BiasAddGrad", "L2Loss"), _of_input(1)),
    **dict.fromkeys(("ArgMax", "ArgMin"), _of_input(1)),
    **dict.fromkeys(("Softmax", "LogSoftmax"), _of_input(4)),
    **dict.fromkeys(("SoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits"), _of_input(6)),
    **dict.fromkeys(("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"), _of_input(6)),
    **dict.fromkeys(("FusedBatchNormGrad", "FusedBatchNormGradV2", "FusedBatchNormGradV3"), _of_input(9)),
    "AddN": _sum,
    "ApplyGradientDescent": _update(2, 2),
    "ApplyMomentum": _update(4, 3),
    "ApplyAdam": _update(11, 9),
    "ApplyAdagrad": _update(5, 3),
    "ApplyRMSProp": _update(10, 7),
}
