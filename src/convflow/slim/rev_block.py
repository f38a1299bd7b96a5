"""Reversible residual blocks, whose gradient needs no kept activations (API: slim.rev_block, slim.RevBlock).

Gomez, Ren, Urtasun, Grosse 2017, arXiv:1707.04585.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from typing import Any

from convflow.autodiff.custom import custom_gradient
from convflow.autodiff.gradients import gradients
from convflow.graph.operation import Tensor
from convflow.modeling.layers.base import Layer
from convflow.modeling.variables.scope import get_variable_scope, variable_scope
from convflow.ops.array.identity import stop_gradient
from convflow.ops.array.identity import tuple_ as together
from convflow.ops.math.arithmetic import add_n

_PLACE = re.compile(r".*revlayer_(\d+)/([fg])/")
Function = Callable[..., Any]


def _sum(*tensors: Any) -> Any:
    """Of those that there are, None if there is none."""
    there = [tensor for tensor in tensors if tensor is not None]
    return add_n(there) if there else None


def _in_scope(function: Function, scope: str) -> Function:
    def wrapped(*args: Any) -> Any:
        with variable_scope(scope, use_resource=True):
            return function(*args)

    return wrapped


def _applied(function: Function, x: Any, side: list[Any]) -> Any:
    return function(x, side) if side else function(x)


class RevBlock(Layer):
    """Layers y1 = x1 + f(x2), y2 = x2 + g(y1), one after the other (API: slim.RevBlock).

    Args:
        f, g: functions of a tensor that keep its shape, or lists of `num_layers` of them. They use no tensors from
            outside but side inputs, which they take as a list, second.
        num_layers: how many layers.
        f_side_input, g_side_input: lists of tensors.
        use_efficient_backprop: compute the inputs from the outputs for the gradient, instead of keeping them.
        name: of the scope.

    Raises:
        ValueError: lists of another length.
    """

    def __init__(
        self,
        f: Function | Sequence[Function],
        g: Function | Sequence[Function],
        num_layers: int = 1,
        f_side_input: Sequence[Any] | None = None,
        g_side_input: Sequence[Any] | None = None,
        use_efficient_backprop: bool = True,
        name: str = "revblock",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.f = self._functions(f, num_layers, "f")
        self.g = self._functions(g, num_layers, "g")
        self.num_layers = num_layers
        self.f_side_input = list(f_side_input or [])
        self.g_side_input = list(g_side_input or [])
        self._use_efficient_backprop = use_efficient_backprop

    @staticmethod
    def _functions(given: Any, count: int, what: str) -> list[Function]:
        functions = list(given) if isinstance(given, (list, tuple)) else [given] * count
        if len(functions) != count:
            raise ValueError(
                f"RevBlock: {what} lists {len(functions)} functions for {count} layers; give one for each."
            )
        return [_in_scope(function, f"revlayer_{i}/{what}") for i, function in enumerate(functions)]

    def call(self, inputs: Any, forward: bool = True) -> Any:
        """The block's outputs for a pair of inputs, or with forward=False the inputs for a pair of outputs."""
        scope = get_variable_scope()
        before = set(scope.global_variables())
        outputs = self._forward(*inputs) if forward else self._backward(*inputs)
        trained = scope.trainable_variables()
        for variable in scope.global_variables():
            if variable not in before:
                self._track(variable, variable in trained)
        return outputs

    def forward(self, x1: Any, x2: Any) -> Any:
        """The outputs (y1, y2)."""
        return self.apply([x1, x2])

    def backward(self, y1: Any, y2: Any) -> Any:
        """The inputs (x1, x2) that give these outputs."""
        return self.apply([y1, y2], forward=False)

    def _forward(self, x1: Any, x2: Any) -> Any:
        sides = [*self.f_side_input, *self.g_side_input]
        if not self._use_efficient_backprop:
            return self._run(x1, x2, *sides)

        @custom_gradient
        def block(*args: Any) -> Any:
            ys = self._run(*args)
            return ys, functools.partial(self._gradients, ys, args[2:])

        return tuple(block(x1, x2, *sides))

    def _sides(self, sides: Any) -> tuple[list[Any], list[Any]]:
        count = len(self.f_side_input)
        return list(sides[:count]), list(sides[count:])

    def _run(self, x1: Any, x2: Any, *sides: Any) -> tuple[Any, Any]:
        f_side, g_side = self._sides(sides)
        for f, g in zip(self.f, self.g, strict=True):
            x1 = x1 + _applied(f, x2, f_side)
            x2 = x2 + _applied(g, x1, g_side)
            if self._use_efficient_backprop:
                x1, x2 = together([x1, x2])
        return x1, x2

    def _backward(self, y1: Any, y2: Any) -> tuple[Any, Any]:
        for f, g in zip(reversed(self.f), reversed(self.g), strict=True):
            y2 = y2 - _applied(g, y1, self.g_side_input)
            y1 = y1 - _applied(f, y2, self.f_side_input)
        return y1, y2

    def _gradients(self, ys: Any, sides: Any, *grad_ys: Any, variables: Any = ()) -> Any:
        """Of the inputs, the side inputs and the variables, from the last layer to the first."""
        f_side, g_side = self._sides(sides)
        of_f: list[Any] = [None] * len(f_side)
        of_g: list[Any] = [None] * len(g_side)
        slopes: dict[str, Any] = {}
        grads = grad_ys
        with variable_scope(self._scope, reuse=True):
            for i in reversed(range(self.num_layers)):
                f_vars, g_vars = self._variables_of(variables, i, "f"), self._variables_of(variables, i, "g")
                ys, grads, f_slopes, g_slopes = _layer_gradients(
                    ys, grads, (self.f[i], f_side, f_vars), (self.g[i], g_side, g_vars)
                )
                of_f = [_sum(*pair) for pair in zip(of_f, f_slopes[: len(f_side)], strict=True)]
                of_g = [_sum(*pair) for pair in zip(of_g, g_slopes[: len(g_side)], strict=True)]
                found = [*f_slopes[len(f_side) :], *g_slopes[len(g_side) :]]
                slopes.update({var.name: slope for var, slope in zip([*f_vars, *g_vars], found, strict=True)})
        inputs = [*grads, *of_f, *of_g]
        return (inputs, [slopes.get(variable.name) for variable in variables]) if variables else inputs

    @staticmethod
    def _variables_of(variables: Any, layer: int, what: str) -> list[Any]:
        places = [(variable, _PLACE.match(variable.name)) for variable in variables]
        return [variable for variable, place in places if place and place.groups() == (str(layer), what)]


def _layer_gradients(ys: Any, grads: Any, f_parts: Any, g_parts: Any) -> tuple[Any, Any, list[Any], list[Any]]:
    """A layer's inputs, their gradients, and those of both functions' side inputs and variables.

    All are gated together: the layer before begins when this one is done, so that memory stays bounded.
    """
    y1, y2 = ys
    gy1, g_slopes = _called(y1, g_parts, grads[1])
    x2 = y2 - gy1
    grad_x1 = _sum(grads[0], g_slopes[0])
    fx2, f_slopes = _called(x2, f_parts, grad_x1)
    x1 = y1 - fx2
    grad_x2 = _sum(grads[1], f_slopes[0])
    gated = together([x1, x2, grad_x1, grad_x2, *f_slopes[1:], *g_slopes[1:]])
    end = 3 + len(f_slopes)
    return gated[:2], gated[2:4], gated[4:end], gated[end:]


def _called(x: Any, parts: Any, grad: Any) -> tuple[Tensor, list[Any]]:
    """A function's value, and its gradients: of x, of the side inputs, of the variables."""
    function, side, variables = parts
    # Stopped, or gradients would go on into the graph before.
    x, side = stop_gradient(x), [stop_gradient(item) for item in side]
    value = _applied(function, x, side)
    return value, gradients(value, [x, *side, *variables], grad)


def rev_block(
    x1: Any,
    x2: Any,
    f: Function | Sequence[Function],
    g: Function | Sequence[Function],
    num_layers: int = 1,
    f_side_input: Sequence[Any] | None = None,
    g_side_input: Sequence[Any] | None = None,
    is_training: bool = True,
) -> tuple[Any, Any]:
    """A `RevBlock` applied to a pair of tensors (API: slim.rev_block).

    Args:
        x1, x2: tensors of one shape.
        f, g, num_layers, f_side_input, g_side_input: see `RevBlock`.
        is_training: whether the gradient is the one without kept activations.

    Returns:
        (y1, y2).
    """
    block = RevBlock(
        f=f,
        g=g,
        num_layers=num_layers,
        f_side_input=f_side_input,
        g_side_input=g_side_input,
        use_efficient_backprop=is_training,
        _reuse=get_variable_scope().reuse,
    )
    return block.forward(x1, x2)
