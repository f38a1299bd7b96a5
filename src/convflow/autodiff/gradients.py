"""Symbolic gradients (API: tf.gradients): the reverse walk. The rules stand with the ops.

From the ys back to the xs, each node's gradient function turns the gradients of its outputs into gradients of
its inputs; where a tensor has several readers their contributions are summed. Nothing is computed here: the
result is more graph.
"""

from __future__ import annotations

import enum
from collections import deque
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from convflow.autodiff.aggregation import aggregated, checked_method
from convflow.autodiff.loops import LoopGradients, is_loop_switch, loops_between
from convflow.autodiff.registry import gradient_rule
from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.function import FuncGraph
from convflow.graph.handles import handle_dtype
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import colocate_with, device, executing_eagerly, get_default_graph, name_scope
from convflow.ops.array.constant import constant, fill, zeros, zeros_like
from convflow.ops.array.identity import identity
from convflow.ops.array.identity import tuple_ as gate_tuple
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.loop_nodes import EXITS
from convflow.ops.resource import variable_shape
from convflow.ops.switch import zeros_like_output


class UnconnectedGradients(enum.Enum):
    """What `tf.gradients` returns for an x that no y depends on (API: tf.UnconnectedGradients)."""

    NONE = "none"
    ZERO = "zero"


def gradients(
    ys: Any,
    xs: Any,
    grad_ys: Any = None,
    name: str = "gradients",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: Any = None,
    stop_gradients: Any = None,
    unconnected_gradients: Any = UnconnectedGradients.NONE,
) -> list[Any]:
    """The sum over `ys` of the derivatives with respect to each of `xs` (API: tf.gradients).

    Args:
        ys: a tensor or a list of tensors to differentiate.
        xs: a tensor, variable, or list of these.
        grad_ys: initial gradients, one per y (None for ones of y's shape).
        name: the name scope of the new nodes.
        colocate_gradients_with_ops: give each gradient node the location of its forward node.
        gate_gradients: pass on the gradients of a node only when all of them are there.
        aggregation_method: how contributions are summed, of `tf.AggregationMethod`.
        stop_gradients: tensors taken as constants.
        unconnected_gradients: `tf.UnconnectedGradients.ZERO` to get zeros instead of None where nothing connects.

    Returns:
        One tensor per x, or `IndexedSlices` where only rows of x were taken; None where no y depends on it.

    Raises:
        LookupError: an op on the way has no gradient.
        TypeError: a y that holds no numbers, or complex ones without a `grad_ys`.
        ValueError: `grad_ys` that do not fit, or an unknown way to aggregate or to treat what is unconnected.
    """
    if executing_eagerly():
        raise RuntimeError(
            "tf.gradients is not supported when eager execution is enabled. Use tf.GradientTape instead: there is no "
            "graph to walk back over."
        )
    unconnected = checked_unconnected(unconnected_gradients)
    ys, xs = _as_list(ys), _as_list(xs)
    grad_ys = [None] * len(ys) if grad_ys is None else _as_list(grad_ys)
    if len(grad_ys) != len(ys):
        raise ValueError(
            f"Length mismatch. Passed {len(grad_ys)} grad_ys for {len(ys)} ys: give one for each, or None."
        )
    with name_scope(name, "gradients", [*ys, *xs, *(g for g in grad_ys if g is not None)]):
        y_tensors = [convert_to_tensor(y, name=f"y_{index}") for index, y in enumerate(ys)]
        x_tensors = [_differentiated(x, f"x_{index}") for index, x in enumerate(xs)]
        stopped = [
            _differentiated(x, "stop_gradient") for x in _as_list([] if stop_gradients is None else stop_gradients)
        ]
        starts = _initial_gradients(y_tensors, grad_ys, colocate_gradients_with_ops)
        walk = _ReverseWalk(
            y_tensors,
            x_tensors,
            stopped,
            colocate_gradients_with_ops,
            gate_gradients,
            checked_method(aggregation_method),
        )
        results = walk.run(starts)
    if unconnected is UnconnectedGradients.ZERO:
        return [_zeros(x) if grad is None else grad for x, grad in zip(x_tensors, results, strict=True)]
    return results


def checked_unconnected(value: Any) -> UnconnectedGradients:
    """One of `UnconnectedGradients`; ValueError for what is none."""
    try:
        return UnconnectedGradients(value)
    except ValueError:
        raise ValueError(
            f"Unknown value for unconnected_gradients: {value!r}. Use tf.UnconnectedGradients.NONE or .ZERO."
        ) from None


def _zeros(x: Tensor) -> Tensor:
    if x.dtype.base_dtype is dtypes.resource:
        return zeros(variable_shape(x), dtype=handle_dtype(x) or dtypes.float32)
    return zeros_like(x)


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _differentiated(x: Any, name: str) -> Tensor:
    # A variable is differentiated at its handle or reference, where all its reads meet.
    if hasattr(x, "handle"):
        graph = get_default_graph()
        # Where eager mode traces a function, the variables are eager mode's.
        return graph.capture(x.handle) if isinstance(graph, FuncGraph) else x.handle
    if hasattr(x, "_as_graph_element"):
        return x._as_graph_element()
    return x if isinstance(x, Tensor) else convert_to_tensor(x, name=name)


def _initial_gradients(ys: list[Tensor], grad_ys: list[Any], colocate: bool) -> list[Any]:
    given = [
        None if grad is None else _given_start(grad, index, y)
        for index, (y, grad) in enumerate(zip(ys, grad_ys, strict=True))
    ]
    result = []
    for index, (y, grad) in enumerate(zip(ys, given, strict=True)):
        _check_differentiable(y, grad)
        with colocate_with(y.op) if colocate else nullcontext():
            if grad is None:
                result.append(_ones_like(y, f"grad_ys_{index}"))
            else:
                _check_start(index, y, grad)
                result.append(identity(grad, name=f"grad_ys_{index}"))
    return result


def _given_start(grad: Any, index: int, y: Tensor) -> Any:
    if isinstance(grad, IndexedSlices):
        return grad
    return convert_to_tensor(grad, name=f"grad_y_{index}", preferred_dtype=y.dtype.base_dtype)


def _check_differentiable(y: Tensor, grad: Any) -> None:
    if not y.dtype.is_numeric_tensor:
        raise TypeError(
            f"Tensor {y.name} with type {y.dtype.name} must be numeric to have a gradient: "
            "differentiate the numbers it was made from."
        )
    if y.dtype.is_complex and grad is None:
        raise TypeError(
            f"Gradients of complex tensors must set grad_ys, and {y.name} is {y.dtype.name}: "
            "say in which direction, e.g. grad_ys=[tf.ones_like(y)]."
        )


def _check_start(index: int, y: Tensor, grad: Any) -> None:
    if grad.dtype.base_dtype is not y.dtype.base_dtype:
        raise TypeError(f"grad_ys[{index}] has the type {grad.dtype.name}, its y {y.name} has {y.dtype.name}. Cast it.")
    # TensorFlow lets a number stand for all elements.
    if grad.shape.rank != 0 and not grad.shape.is_compatible_with(y.shape):
        raise ValueError(
            f"grad_ys[{index}] has the shape {grad.shape}, its y {y.name} has {y.shape}: they must be the same."
        )


def _ones_like(y: Tensor, name: str) -> Tensor:
    sizes = shape_of(y)
    one = True if y.dtype.is_bool else 1
    return fill(sizes, constant(one, dtype=y.dtype.base_dtype, name=f"{name}/Const"), name=name)


class _ReverseWalk:
    def __init__(
        self,
        ys: list[Tensor],
        xs: list[Tensor],
        stopped: list[Tensor],
        colocate: bool,
        gate: bool,
        method: int,
    ) -> None:
        self._ys = ys
        self._xs = xs
        self._colocate = colocate
        self._gate = gate
        self._method = method
        self._stop_ops = {tensor.op for tensor in stopped}
        self._contributions: dict[Tensor, list[Any]] = {}
        self._between = _operations_between(xs, ys)
        self._loops = loops_between(self._between, colocate)
        self._edges_left = dict.fromkeys(self._between, 0)
        for op in self._between:
            for tensor in op.inputs:
                if tensor.op in self._edges_left:
                    self._edges_left[tensor.op] += 1
        # Behind an x there is nothing to do, unless another x stands there.
        self._stop_ops.update(x.op for x in xs if not any(tensor.op in self._between for tensor in x.op.inputs))
        self._kept = set(xs)
        self._ready: deque[Operation] = deque()

    def run(self, starts: list[Any]) -> list[Any]:
        """The gradients of the xs. Nodes come after all their readers; the order decides the new nodes' names."""
        for y, start in zip(self._ys, starts, strict=True):
            self._contributions.setdefault(y, []).append(start)
        self._ready.extend(op for op in dict.fromkeys(y.op for y in self._ys) if self._edges_left.get(op) == 0)
        if self._loops is not None:
            self._begin_with_unused_exits(self._loops)
        while self._ready:
            op = self._ready.popleft()
            self._visit(op)
            self._go_on_from(op)
        if self._loops is not None:
            self._loops.close()
        return [self._total(x) for x in self._xs]

    def _begin_with_unused_exits(self, loops: LoopGradients) -> None:
        for exit_ in loops.exits_without_readers(self._edges_left, set(self._ready)):
            if _carries_gradients(exit_):
                self._contributions.setdefault(exit_, []).append(loops.zeros_for_exit(exit_))
                self._ready.append(exit_.op)

    def _visit(self, op: Operation) -> None:
        with self._loop_of(op, outside=True):
            out_grads = [self._total(tensor) for tensor in op.outputs]
        if op in self._stop_ops or all(grad is None for grad in out_grads):
            return
        with self._loop_of(op):
            grads = self._input_gradients(op, out_grads)
        for tensor, grad in zip(op.inputs, grads, strict=True):
            if grad is not None:
                self._contributions.setdefault(tensor, []).append(grad)

    def _loop_of(self, op: Operation, outside: bool = False) -> AbstractContextManager[Any]:
        return nullcontext() if self._loops is None else self._loops.entered(op, outside)

    def _go_on_from(self, op: Operation) -> None:
        for tensor in op.inputs:
            if tensor.op not in self._edges_left:
                continue
            self._edges_left[tensor.op] -= 1
            left = self._edges_left[tensor.op]
            # A loop's Switch comes twice: from behind the loop, and from the iteration after.
            if left == 0 or (left > 0 and self._loops is not None and is_loop_switch(tensor.op)):
                self._reach(tensor)

    def _reach(self, tensor: Tensor) -> None:
        if self._loops is None or tensor.op.type not in EXITS:
            self._ready.append(tensor.op)
            return
        exits, without = self._loops.reached(tensor, lambda exit_: bool(self._contributions.get(exit_)))
        for exit_ in without:
            if _carries_gradients(exit_):
                self._contributions.setdefault(exit_, []).append(self._loops.zeros_for_exit(exit_))
        self._ready.extend(exit_.op for exit_ in exits)

    def _total(self, tensor: Tensor) -> Any:
        contributions = self._contributions.get(tensor)
        if not contributions:
            return None
        if len(contributions) > 1:
            contributions[:] = [aggregated(contributions, self._method, tensor.op)]
        total = contributions[0]
        if tensor not in self._kept:
            del self._contributions[tensor]
        return total

    def _input_gradients(self, op: Operation, out_grads: list[Any]) -> list[Any]:
        rule = gradient_rule(op)
        if rule is None:
            return [None] * len(op.inputs)
        complete = [self._or_zeros(op, index, grad) for index, grad in enumerate(out_grads)]
        with name_scope(op.name + "_grad"), self._location(op):
            grads = rule(op, *complete)
            grads = list(grads) if isinstance(grads, (list, tuple)) else [grads]
            if len(grads) != len(op.inputs):
                raise ValueError(
                    f"The gradient of {op.describe()} gave {len(grads)} gradients for {len(op.inputs)} inputs."
                )
            if self._gate and sum(grad is not None for grad in grads) > 1:
                with device(None), colocate_with(None, ignore_existing=True):
                    grads = gate_tuple(grads)
        for tensor, grad in zip(op.inputs, grads, strict=True):
            _check_shape(op, tensor, grad)
        return grads

    def _or_zeros(self, op: Operation, index: int, grad: Any) -> Any:
        if grad is not None or not _carries_gradients(op.outputs[index]):
            return grad
        return zeros_like_output(op, index) if self._loops is None else self._loops.zeros_like_output(op, index)

    def _location(self, op: Operation) -> AbstractContextManager[None]:
        return colocate_with(op) if self._colocate else nullcontext()


def _carries_gradients(tensor: Tensor) -> bool:
    # Handles carry the gradients of their variables.
    dtype = tensor.dtype.base_dtype
    return dtype.is_floating or dtype.is_complex or dtype in (dtypes.resource, dtypes.variant)


def _operations_between(xs: list[Tensor], ys: list[Tensor]) -> dict[Operation, None]:
    """The operations on a differentiable way from an x to a y, those next to the ys first."""
    reached: set[Operation] = set()
    waiting = [x.op for x in xs]
    while waiting:
        op = waiting.pop()
        if op in reached:
            continue
        reached.add(op)
        for tensor in op.outputs:
            if _carries_gradients(tensor):
                waiting.extend(tensor._consumers)
    between: dict[Operation, None] = {}
    behind = deque(y.op for y in ys)
    while behind:
        op = behind.popleft()
        if op in between or op not in reached:
            continue
        between[op] = None
        behind.extend(tensor.op for tensor in op.inputs)
    return between


def _check_shape(op: Operation, tensor: Tensor, grad: Any) -> None:
    if grad is None or isinstance(grad, IndexedSlices):
        return
    if not isinstance(grad, Tensor):
        raise TypeError(f"The gradient of {op.describe()} gave {grad!r}, which is no tensor.")
    if tensor.dtype.base_dtype in (dtypes.resource, dtypes.variant):
        return
    if not grad.shape.is_compatible_with(tensor.shape):
        raise ValueError(
            f"Incompatible shapes between op input and calculated input gradient. Forward operation: "
            f"{op.describe()}. Input {tensor.name} has shape {tensor.shape}, its gradient {grad.shape}."
        )
    grad.set_shape(tensor.shape)
