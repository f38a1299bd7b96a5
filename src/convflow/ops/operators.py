"""Python's operators on tensors and variables: `x + 1`, `x[0]`, `x @ y`, `x > 0` ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops.array.strided_slice import getitem
from convflow.ops.math import arithmetic, comparison, elementwise, matmul


def _add(x: Tensor, y: Tensor, name: str) -> Tensor:
    op_type = "Add" if x.dtype.base_dtype is dtypes.string else "AddV2"
    return apply_op(op_type, x=x, y=y, name=name)


def _logical_or_bitwise(logical: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def compute(x: Tensor, y: Tensor, name: str) -> Tensor:
        if x.dtype.base_dtype is not dtypes.bool:
            raise TypeError(f"The operators &, | and ^ work on bool tensors, got {x}.")
        return logical(x, y, name=name)

    return compute


# operator method, name of the scope, function
_BINARY: list[tuple[str, str, Callable[..., Tensor]]] = [
    ("add", "add", _add),
    ("sub", "sub", arithmetic.subtract),
    ("mul", "mul", arithmetic.multiply),
    ("truediv", "truediv", arithmetic.truediv),
    ("div", "div", arithmetic.div),
    ("floordiv", "floordiv", arithmetic.floordiv),
    ("mod", "mod", arithmetic.floormod),
    ("pow", "pow", arithmetic.pow),
    ("matmul", "matmul", matmul.matmul),
    ("and", "and", _logical_or_bitwise(comparison.logical_and)),
    ("or", "or", _logical_or_bitwise(comparison.logical_or)),
    ("xor", "xor", _logical_or_bitwise(comparison.logical_xor)),
]


def _forward(scope_name: str, function: Callable[..., Tensor]) -> Callable[[Any, Any], Any]:
    def operator(x: Any, y: Any) -> Any:
        if isinstance(y, SparseTensor):
            return NotImplemented  # it has operators of its own
        with name_scope(None, scope_name, [x, y]) as scope:
            x = convert_to_tensor(x)
            y = convert_to_tensor(y, dtype_hint=x.dtype.base_dtype, name="y")
            return function(x, y, name=scope)

    return operator


def _reflected(scope_name: str, function: Callable[..., Tensor]) -> Callable[[Any, Any], Any]:
    def operator(y: Any, x: Any) -> Any:
        with name_scope(None, scope_name, [x, y]) as scope:
            y = convert_to_tensor(y)
            x = convert_to_tensor(x, dtype=y.dtype.base_dtype, name="x")
            return function(x, y, name=scope)

    return operator


def _comparison(function: Callable[..., Tensor]) -> Callable[[Any, Any], Any]:
    return lambda x, y: function(convert_to_tensor(x), y)


OPERATORS: dict[str, Callable[..., Any]] = {
    "__neg__": lambda x: arithmetic.negative(x),
    "__abs__": lambda x: elementwise.abs(x),
    "__invert__": lambda x: comparison.logical_not(x),
    "__lt__": _comparison(comparison.less),
    "__le__": _comparison(comparison.less_equal),
    "__gt__": _comparison(comparison.greater),
    "__ge__": _comparison(comparison.greater_equal),
    "__getitem__": lambda x, key: getitem(x, key),
}
for _method, _scope, _function in _BINARY:
    OPERATORS[f"__{_method}__"] = _forward(_scope, _function)
    OPERATORS[f"__r{_method}__"] = _reflected(_scope, _function)

for _name, _operator in OPERATORS.items():
    setattr(Tensor, _name, _operator)


def give_operators(cls: type) -> None:
    """Let a class that stands for a tensor (a variable) have the operators of its value."""

    def on_value(operator: Callable[..., Any]) -> Callable[..., Any]:
        return lambda self, *others: operator(self._as_value(), *others)

    def part_of_variable(self: Any, key: Any) -> Tensor:
        return getitem(self._as_value(), key, var=self)

    for name, operator in OPERATORS.items():
        if name not in cls.__dict__:
            setattr(cls, name, part_of_variable if name == "__getitem__" else on_value(operator))
