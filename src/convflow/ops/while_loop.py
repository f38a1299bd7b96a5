"""Repeating a function at run time (API: tf.while_loop)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from convflow.core import nest
from convflow.core.shape import TensorShape
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Tensor
from convflow.graph.scopes import add_to_collection, executing_eagerly, name_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops.array.constant import constant
from convflow.ops.loop_values import from_tensors, tensors_of
from convflow.ops.math.comparison import logical_and
from convflow.ops.tensor_array import TensorArray
from convflow.ops.while_context import WhileContext


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
    maximum_iterations: Any = None,
    return_same_structure: bool = False,
) -> Any:
    """Repeat `body` while `cond` holds (API: tf.while_loop).

    Both functions are called once, now; the nodes they make run in every iteration. Gradients keep the values of
    all iterations. In eager mode the loop is Python's.

    Args:
        cond: a function of the loop's variables that returns a bool scalar.
        body: a function of the loop's variables that returns their values in the next iteration, in the same
            structure.
        loop_vars: the values to begin with: a list or tuple of tensors, `tf.TensorArray`s or structures of them.
        shape_invariants: shapes in the structure of `loop_vars` that say what stays true of the values' shapes in
            all iterations; the initial shapes by default.
        parallel_iterations: kept on the nodes; iterations run one after the other.
        back_prop: False for a loop without gradients.
        swap_memory: kept on the nodes.
        maximum_iterations: a scalar; stop after so many iterations at the latest.
        return_same_structure: return a list of one rather than its item.

    Returns:
        The variables' values after the last iteration, in the structure `body` returns them.

    Raises:
        TypeError: functions that cannot be called.
        ValueError: no variables; a value that changes its shape or structure from one iteration to the next.
    """
    for what, function in (("cond", cond), ("body", body)):
        if not callable(function):
            raise TypeError(f"'{what}' must be callable, got {function!r}.")
    if parallel_iterations < 1:
        raise TypeError(f"'parallel_iterations' must be a positive integer, got {parallel_iterations}.")
    with name_scope(name, "while", nest.flatten(loop_vars)):
        if not loop_vars:
            raise ValueError("'loop_vars' must be provided: a loop without variables never ends or never runs.")
        if executing_eagerly():
            return _run(cond, body, loop_vars, not return_same_structure, maximum_iterations)
        if maximum_iterations is None:
            loop = _Loop(cond, body, loop_vars, shape_invariants, unpack=not return_same_structure)
            return loop.build(None, parallel_iterations, back_prop, swap_memory)
        limit = convert_to_tensor(maximum_iterations, name="maximum_iterations")
        if limit.shape.rank != 0:
            raise ValueError(f"'maximum_iterations' must be a scalar. Received shape: {limit.shape}.")
        counted = _counted(cond, body, loop_vars, limit, len(loop_vars) == 1 and not return_same_structure)
        if shape_invariants is not None:
            shape_invariants = (TensorShape([]), shape_invariants)
        loop = _Loop(*counted, shape_invariants, unpack=False)
        return loop.build(limit, parallel_iterations, back_prop, swap_memory)[1]


def _run(cond: Any, body: Any, values: Any, unpack: bool, limit: Any) -> Any:
    """The loop in eager mode: Python's."""
    single = len(values) == 1 and unpack
    came_bare = False
    for _ in itertools.count() if limit is None else range(int(limit)):
        if not cond(*values):
            break
        values = body(*values)
        came_bare = single and not isinstance(values, (list, tuple))
        if came_bare:
            values = (values,)
    values = nest.map_structure(_value, values)
    return values[0] if came_bare else values


def _value(leaf: Any) -> Any:
    return leaf if isinstance(leaf, (TensorArray, SparseTensor, IndexedSlices)) else convert_to_tensor(leaf)


def _counted(cond: Any, body: Any, loop_vars: Any, limit: Tensor, single: bool) -> tuple[Any, Any, Any]:
    """The same loop with a counter."""
    counter = constant(0, dtype=limit.dtype.base_dtype, name="iteration_counter")
    if single:
        return (
            lambda i, value: logical_and(i < limit, cond(value)),
            lambda i, value: (i + 1, body(value)),
            (counter, loop_vars[0]),
        )
    return (
        lambda i, values: logical_and(i < limit, cond(*values)),
        lambda i, values: (i + 1, body(*values)),
        (counter, loop_vars),
    )


class _Loop:
    def __init__(self, cond: Any, body: Any, loop_vars: Any, invariants: Any, unpack: bool) -> None:
        self._cond = cond
        self._body = body
        self._given = loop_vars
        self._invariants = invariants
        self._unpack = unpack
        self._result: Any = None

    def build(self, limit: Tensor | None, parallel_iterations: int, back_prop: bool, swap_memory: bool) -> Any:
        context = WhileContext(limit, parallel_iterations, back_prop, swap_memory)
        if context.outer_context is None:
            add_to_collection(GraphKeys.WHILE_CONTEXT, context)
        self._leaves = nest.flatten(self._given)
        tensors = tensors_of(self._leaves)
        self._check_invariants()
        with context.entered():
            exits = context.build(self._predicate, self._next, tensors, self._shapes(tensors))
        leaves = nest.flatten(self._result)
        packed = nest.pack_sequence_as(self._result, from_tensors(leaves, exits))
        return packed[0] if self._unpack and len(exits) == 1 else packed

    def _check_invariants(self) -> None:
        if self._invariants is not None:
            nest.assert_same_structure(list(self._given), list(_without_shapes(self._invariants)), check_types=False)

    def _shapes(self, tensors: list[Tensor]) -> list[TensorShape]:
        if self._invariants is None:
            return [tensor.shape for tensor in tensors]
        given = nest.flatten(self._invariants)
        for shape in given:
            if not isinstance(shape, TensorShape | None):
                raise TypeError(f"'shape' must be a tf.TensorShape, got {shape!r}. Write tf.TensorShape([None, 3]).")
        if len(given) != len(tensors):
            raise ValueError(
                f"There are {len(given)} shape invariants for the {len(tensors)} tensors of 'loop_vars'. Sparse "
                "tensors and slices keep the shapes they have: leave shape_invariants out."
            )
        return [tensor.shape if shape is None else shape for tensor, shape in zip(tensors, given, strict=True)]

    def _packed(self, tensors: list[Tensor]) -> Any:
        return nest.pack_sequence_as(self._given, from_tensors(self._leaves, tensors))

    def _predicate(self, tensors: list[Tensor]) -> Tensor:
        return convert_to_tensor(self._cond(*self._packed(tensors)))

    def _next(self, tensors: list[Tensor]) -> list[Tensor]:
        packed = self._packed(tensors)
        result = self._body(*packed)
        if not nest.is_nested(result):
            result = [result]
        if isinstance(result, Mapping):
            raise TypeError(
                "'body' returns a dictionary, not the same nested structure as 'loop_vars', which is a sequence: "
                f"{result!r}. Return a list or tuple of the variables."
            )
        nest.assert_same_structure(list(packed), list(result))
        self._result = result
        following = tensors_of(nest.flatten(result))
        if len(following) != len(tensors):
            raise ValueError(
                f"Number of inputs and outputs of 'body' must match 'loop_vars': it takes {len(tensors)} tensors and "
                f"returns {len(following)}."
            )
        return following


def _without_shapes(invariants: Any) -> Any:
    """The structure of shapes; a TensorShape is a leaf, though it has a length."""
    return nest.map_structure(lambda shape: None, invariants)
