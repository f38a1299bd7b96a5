"""The floating-point operations of a node by the rules of tf.profiler, which counts some op types and no others.

It differs from what a plan reports (`runtime/costs.py`): activations count as nothing, a reduction as its input less
its output, and the derivatives of a strided convolution as the share of their input's places.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from convflow.core.shape import TensorShape
from convflow.graph.operation import Operation

_Formula = Callable[[Operation], int]


class UnknownShape(Exception):
    """A shape that a formula needs is not known."""


def float_operations(op: Operation) -> int:
    """How many a run of the node takes; 0 for types that tf.profiler does not count.

    Raises:
        UnknownShape: a size is not known.
    """
    formula = _FORMULAS.get(op.type)
    return 0 if formula is None else int(formula(op))


def _sizes(shape: TensorShape) -> list[int]:
    if not shape.is_fully_defined():
        raise UnknownShape
    return shape.as_list()  # type: ignore[return-value]


def _input(op: Operation, index: int) -> list[int]:
    return _sizes(op.inputs[index].shape)


def _output(op: Operation) -> list[int]:
    return _sizes(op.outputs[0].shape)


def _each_input(factor: int) -> _Formula:
    return lambda op: factor * math.prod(_input(op, 0))


def _each_output(factor: int) -> _Formula:
    return lambda op: factor * math.prod(_output(op))


def _reduction(finishing: int) -> _Formula:
    return lambda op: math.prod(_input(op, 0)) + (finishing - 1) * math.prod(_output(op))


def _pool(per_tap: int, result: int | None) -> _Formula:
    def formula(op: Operation) -> int:
        made = _output(op) if result is None else _input(op, result)
        return per_tap * math.prod(op.attrs["ksize"]) * math.prod(made)

    return formula


def _max_pool_gradient(op: Operation) -> int:
    return (math.prod(op.attrs["ksize"]) + 1) * math.prod(_input(op, 1))


def _convolution(op: Operation) -> int:
    return 2 * math.prod(_output(op)) * math.prod(_input(op, 1)[:3])


def _each_tap(op: Operation) -> int:
    return 2 * math.prod(_output(op)) * math.prod(_input(op, 1)[:2])


def _stride(op: Operation) -> int:
    return math.prod(op.attrs["strides"])


def _convolution_by_input(op: Operation) -> int:
    taps = _input(op, 1)
    return 2 * math.prod(_output(op)) * math.prod(taps) // (taps[2] * _stride(op))


def _convolution_by_filter(op: Operation) -> int:
    taps = _output(op)
    return 2 * math.prod(_input(op, 0)) * math.prod(taps) // (taps[2] * _stride(op))


def _product(transposed: str) -> _Formula:
    def formula(op: Operation) -> int:
        rows = _input(op, 0)
        inner = rows[-2] if op.attrs.get(transposed) else rows[-1]
        return 2 * inner * math.prod(_output(op))

    return formula


def _sum_of_many(op: Operation) -> int:
    return math.prod(_input(op, 0)) * (len(op.inputs) - 1) if op.inputs else 0


def _half_square(op: Operation) -> int:
    return 3 * math.prod(_input(op, 0)) - 1


_FORMULAS: dict[str, _Formula] = {
    **dict.fromkeys(["Reciprocal", "Square", "Log", "Neg", "AssignSub", "AssignAdd", "BiasAdd"], _each_input(1)),
    **dict.fromkeys(["Add", "AddV2", "Sub", "Mul", "RealDiv", "Maximum", "Minimum", "Pow"], _each_output(1)),
    **dict.fromkeys(["GreaterEqual", "Greater", "LessEqual", "Less", "Equal", "NotEqual"], _each_output(1)),
    "Rsqrt": _each_input(2),
    "Softmax": _each_input(5),
    "SquaredDifference": _each_output(2),
    "RsqrtGrad": _each_output(4),
    "L2Loss": _half_square,
    "Mean": _reduction(1),
    **dict.fromkeys(["Sum", "ArgMax", "ArgMin", "BiasAddGrad"], _reduction(0)),
    **dict.fromkeys(["AvgPool", "MaxPool"], _pool(1, None)),
    "AvgPoolGrad": _pool(2, 1),
    "MaxPoolGrad": _max_pool_gradient,
    "Conv2D": _convolution,
    **dict.fromkeys(["DepthwiseConv2dNative", "Dilation2D"], _each_tap),
    "Conv2DBackpropInput": _convolution_by_input,
    "Conv2DBackpropFilter": _convolution_by_filter,
    "MatMul": _product("transpose_a"),
    **dict.fromkeys(["BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"], _product("adj_x")),
    "AddN": _sum_of_many,
}
