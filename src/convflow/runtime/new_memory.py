"""Which ops make their outputs in new memory, so that nothing written elsewhere shows in them."""

from __future__ import annotations

from convflow.graph.operation import Tensor

_NAMES = """
    Abs Add AddV2 Asinh Atan AvgPool AvgPoolGrad BatchMatMul BatchMatMulV2 BiasAdd BiasAddGrad Ceil Conv2D
    Conv2DBackpropFilter Conv2DBackpropInput Cos Cosh DepthwiseConv2dNative DepthwiseConv2dNativeBackpropFilter
    DepthwiseConv2dNativeBackpropInput Elu EluGrad Equal Erf Exp Expm1 Floor FloorDiv FloorMod Greater
    GreaterEqual InvGrad LeakyRelu LeakyReluGrad Less LessEqual Log Log1p LogSoftmax LogicalAnd LogicalNot LogicalOr
    MatMul MaxPool MaxPoolGrad Maximum Minimum Mul Neg NotEqual Pow RandomStandardNormal RandomUniform RealDiv
    Reciprocal ReciprocalGrad Relu Relu6 Relu6Grad ReluGrad Round Rsqrt RsqrtGrad Select SelectV2 Selu SeluGrad
    Sigmoid SigmoidGrad Sign Sin Sinh Softmax SoftmaxCrossEntropyWithLogits Softplus SoftplusGrad
    SparseSoftmaxCrossEntropyWithLogits Sqrt SqrtGrad Square SquaredDifference Sub Tan Tanh TanhGrad TruncatedNormal
"""

FRESH = frozenset(_NAMES.split())
"""Ops whose kernels return new memory, whatever they are given. A kernel that may hand its input back does not
belong here: a cast to the same type, a sum over no axes, a reshaping."""


_FIRST_FRESH = {
    f"{name}{version}": count
    for name, count in {"FusedBatchNorm": 1, "FusedBatchNormGrad": 3}.items()
    for version in ("", "V2", "V3")
}
"""How many of an op's outputs, the first ones, are new memory; of the others some may be one, or an input."""


def makes_new(tensor: Tensor) -> bool:
    """Whether a node of the program makes this output in new memory."""
    return tensor.op.type in FRESH or tensor.value_index < _FIRST_FRESH.get(tensor.op.type, 0)
