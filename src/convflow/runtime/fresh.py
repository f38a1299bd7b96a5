"""Which values are alone in their memory, so that who takes one last may write its own result there."""

from __future__ import annotations

from convflow.graph.operation import Operation, Tensor
from convflow.runtime.draft import Draft
from convflow.runtime.fused import Fused
from convflow.runtime.loops import Item

_FRESH = """
    Abs Add AddV2 Asinh Atan AvgPool AvgPoolGrad BatchMatMul BatchMatMulV2 BiasAdd BiasAddGrad Ceil Conv2D
    Conv2DBackpropFilter Conv2DBackpropInput Cos Cosh DepthwiseConv2dNative DepthwiseConv2dNativeBackpropFilter
    DepthwiseConv2dNativeBackpropInput Elu EluGrad Equal Erf Exp Expm1 Fill Floor FloorDiv FloorMod Greater
    GreaterEqual InvGrad LeakyRelu LeakyReluGrad Less LessEqual Log Log1p LogSoftmax LogicalAnd LogicalNot LogicalOr
    MatMul MaxPool MaxPoolGrad Maximum Minimum Mul Neg NotEqual Pow RandomStandardNormal RandomUniform RealDiv
    Reciprocal ReciprocalGrad Relu Relu6 Relu6Grad ReluGrad Round Rsqrt RsqrtGrad Select SelectV2 Selu SeluGrad
    Sigmoid SigmoidGrad Sign Sin Sinh Softmax SoftmaxCrossEntropyWithLogits Softplus SoftplusGrad
    SparseSoftmaxCrossEntropyWithLogits Sqrt SqrtGrad Square SquaredDifference Sub Tan Tanh TanhGrad TruncatedNormal
"""
"""Ops whose kernels return new memory, whatever they are given. A kernel that may hand its input back does not
belong here: a cast to the same type, a sum over no axes, a reshaping."""

_FRESH_TYPES = frozenset(_FRESH.split())

_FRESH_FIRST = frozenset(
    f"{name}{version}" for name in ("FusedBatchNorm", "FusedBatchNormGrad") for version in ("", "V2", "V3")
)
"""Ops whose first output is new memory; of the others some may be one, or an input."""

_VIEWS = frozenset({"ExpandDims", "Reshape", "Squeeze"})
"""Ops whose output may be their first input's memory, and is nobody else's."""

_ABOUT_SHAPES = frozenset({"Rank", "Shape", "ShapeN", "Size"})


def makes_fresh(item: Item) -> bool:
    """Whether all that an item outputs is new memory, which nothing else refers to."""
    if isinstance(item, Fused):
        return item.fresh
    if not isinstance(item, Operation):
        return False
    # A sum of one tensor is that tensor.
    return item.type in _FRESH_TYPES or (item.type == "AddN" and len(item.inputs) > 1)


def _makes_first_fresh(maker: Operation, tensor: Tensor) -> bool:
    return not isinstance(maker, Fused) and maker.type in _FRESH_FIRST and tensor is maker.outputs[0]


def may_overwrite(draft: Draft, op: Operation, index: int) -> bool:
    """Whether a node may write into the memory of one of its inputs.

    It may if the value is the run's own (no feed, variable or constant), is not fetched, and nobody reads it, nor
    what shares its memory, after this node or in it a second time.
    """
    tensor = draft.source(op.inputs[index])
    while (view := draft.made_by(tensor, *_VIEWS)) is not None:
        tensor = draft.inputs(view)[0]
    maker = draft.maker(tensor)
    if maker is None or not (makes_fresh(maker) or _makes_first_fresh(maker, tensor)):
        return False
    sharing = _sharing(draft, tensor, op)
    return sharing is not None and sum(source in sharing for source in draft.inputs(op)) == 1


def _sharing(draft: Draft, root: Tensor, last: Operation) -> set[Tensor] | None:
    """The tensors that may share a value's memory; None if somebody sees it after `last`."""
    found = {root}
    waiting = [root]
    while waiting:
        tensor = waiting.pop()
        if draft.is_fetched(tensor):
            return None
        for reader in draft.readers(tensor):
            if reader is last:
                continue
            if not isinstance(reader, Operation) or not draft.precedes(reader, last):
                return None
            if reader.type in _VIEWS and draft.inputs(reader)[0] is tensor:
                waiting += (output for output in reader.outputs if output not in found)
                found.update(reader.outputs)
            elif not (makes_fresh(reader) or reader.type in _ABOUT_SHAPES or not reader.outputs):
                return None
    return found
