"""What all optimizers share (API: tf.train.Optimizer): gradients, slots, and the order of the updates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from convflow.autodiff.gradients import gradients
from convflow.core import dtypes
from convflow.graph.apply import apply_op
from convflow.graph.collections import GraphKeys
from convflow.graph.indexed_slices import IndexedSlices, convert_to_tensor_or_indexed_slices
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import (
    colocate_with,
    control_dependencies,
    get_collection,
    get_default_graph,
    init_scope,
    name_scope,
)
from convflow.modeling.variables.variable import Variable, trainable_variables
from convflow.ops import state
from convflow.ops.array.gather import unsorted_segment_sum
from convflow.ops.array.identity import group
from convflow.ops.array.identity import tuple_ as gate_tuple
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.training.optimizers import slots

GradsAndVars = list[tuple[Any, Any]]
_TYPES = (dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64)


class Optimizer:
    """Base class of optimizers (API: tf.train.Optimizer).

    A subclass makes its slots in `_create_slots`, its hyperparameters' tensors in `_prepare`, and the node that
    updates one variable in `_apply_dense`; `_finish` may add nodes that run after all updates.

    Args:
        use_locking: kept on the update nodes; updates never interleave here.
        name: the name scope of the nodes, and part of the slots' names.
        use_own_namescope_for_non_slot_vars: name variables that belong to no other one within `name`.
    """

    GATE_NONE = 0
    """Let each gradient be used as soon as it is there."""
    GATE_OP = 1
    """Wait for all gradients of an operation before any is used."""
    GATE_GRAPH = 2
    """Wait for all gradients before any is used."""

    def __init__(self, use_locking: bool, name: str, use_own_namescope_for_non_slot_vars: bool = False) -> None:
        if not name:
            raise ValueError("Must specify the optimizer name")
        self._use_locking = use_locking
        self._name = name
        self._use_own_namescope = use_own_namescope_for_non_slot_vars
        self._slots: dict[str, dict[Any, Variable]] = {}
        self._non_slot_variables: dict[Any, Variable] = {}

    def get_name(self) -> str:
        return self._name

    def minimize(
        self,
        loss: Any,
        global_step: Any = None,
        var_list: Any = None,
        gate_gradients: int = GATE_OP,
        aggregation_method: Any = None,
        colocate_gradients_with_ops: bool = False,
        name: str | None = None,
        grad_loss: Any = None,
    ) -> Operation:
        """A node that takes one step towards a smaller `loss` (API: tf.train.Optimizer.minimize).

        Args:
            loss: a floating tensor.
            global_step: a variable that counts the steps.
            var_list: the variables to change, by default all trainable ones.
            gate_gradients: GATE_NONE, GATE_OP or GATE_GRAPH.
            name: the node's name, the optimizer's by default.
            grad_loss: the gradient to begin with, ones by default.

        Raises:
            ValueError: `loss` depends on none of the variables in a differentiable way.
        """
        grads_and_vars = self.compute_gradients(
            loss,
            var_list=var_list,
            gate_gradients=gate_gradients,
            aggregation_method=aggregation_method,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
            grad_loss=grad_loss,
        )
        if all(grad is None for grad, _ in grads_and_vars):
            raise ValueError(
                "No gradients provided for any variable, check your graph for ops that do not support gradients, "
                f"between variables {[str(variable) for _, variable in grads_and_vars]} and loss {loss}."
            )
        return self.apply_gradients(grads_and_vars, global_step=global_step, name=name)

    def compute_gradients(
        self,
        loss: Any,
        var_list: Any = None,
        gate_gradients: int = GATE_OP,
        aggregation_method: Any = None,
        colocate_gradients_with_ops: bool = False,
        grad_loss: Any = None,
    ) -> GradsAndVars:
        """The gradient of `loss` for each variable, None where it does not depend on it.

        Raises:
            ValueError: no variables, a loss that is not floating, or an unknown `gate_gradients`.
            NotImplementedError: something in `var_list` is no variable.
        """
        if gate_gradients not in (self.GATE_NONE, self.GATE_OP, self.GATE_GRAPH):
            raise ValueError(
                "gate_gradients must be one of: Optimizer.GATE_NONE, Optimizer.GATE_OP, Optimizer.GATE_GRAPH. "
                f"Not {gate_gradients}"
            )
        self._assert_valid_dtypes([loss] if grad_loss is None else [loss, grad_loss])
        variables = _variables(var_list)
        grads = gradients(
            loss,
            [variable if isinstance(variable, Tensor) else variable._ref() for variable in variables],
            grad_ys=grad_loss,
            gate_gradients=gate_gradients == self.GATE_OP,
            aggregation_method=aggregation_method,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
        )
        if gate_gradients == self.GATE_GRAPH:
            grads = gate_tuple(grads)
        pairs = list(zip(grads, variables, strict=True))
        self._assert_valid_dtypes([variable for grad, variable in pairs if grad is not None])
        return pairs

    def apply_gradients(
        self, grads_and_vars: Iterable[tuple[Any, Any]], global_step: Any = None, name: str | None = None
    ) -> Operation:
        """A node that changes each variable by its gradient (API: tf.train.Optimizer.apply_gradients).

        Args:
            grads_and_vars: what `compute_gradients` returned, the gradients perhaps changed.
            global_step: a variable that is counted up after the updates.
            name: the node's name, the optimizer's by default.

        Raises:
            ValueError: no variable has a gradient, or a gradient has another shape than its variable.
            TypeError: a gradient is no tensor.
        """
        pairs = [(None if grad is None else _gradient_tensor(grad), variable) for grad, variable in grads_and_vars]
        if not pairs:
            raise ValueError("No variables provided.")
        trained = [(grad, variable) for grad, variable in pairs if grad is not None]
        if not trained:
            raise ValueError(f"No gradients provided for any variable: {[str(variable) for _, variable in pairs]}.")
        with init_scope():
            self._create_slots([variable for _, variable in trained])
        with name_scope(name, self._name) as scope:
            self._prepare()
            update_ops = [self._update(grad, variable) for grad, variable in trained]
            train_op = self._counted(update_ops, global_step, scope)
        collection = get_default_graph().get_collection_ref(GraphKeys.TRAIN_OP)
        if train_op not in collection:
            collection.append(train_op)
        return train_op

    def _update(self, grad: Any, variable: Any) -> Operation:
        with name_scope(f"update_{variable.op.name}"), colocate_with(variable):
            if not isinstance(variable, Variable):
                raise NotImplementedError(f"Trying to update a Tensor {variable}: only variables can be trained.")
            if isinstance(grad, IndexedSlices):
                return self._update_sparse(grad, variable)
            update = self._apply_dense(grad, variable)
            if variable.constraint is None:
                return update
            with control_dependencies([update]):
                return variable.assign(variable.constraint(variable)).op

    def _update_sparse(self, grad: IndexedSlices, variable: Variable) -> Operation:
        if variable.constraint is not None:
            raise RuntimeError(
                f"Cannot use a constraint function on a sparse variable: the gradient of {variable.name} is made of "
                "slices. Make it dense with tf.convert_to_tensor, or leave the constraint out."
            )
        return self._apply_sparse_duplicate_indices(grad, variable)

    def _counted(self, update_ops: list[Operation], global_step: Any, scope: str) -> Operation:
        if global_step is None:
            return self._finish(update_ops, scope)
        with control_dependencies([self._finish(update_ops, "update")]), colocate_with(global_step):
            return state.assign_add(global_step, 1, name=scope).op

    def get_slot(self, var: Any, name: str) -> Variable | None:
        """The slot called `name` of a variable, None if it has none (API: tf.train.Optimizer.get_slot)."""
        return self._slots.get(name, {}).get(_key(var))

    def get_slot_names(self) -> list[str]:
        """The names of the slots, sorted."""
        return sorted(self._slots)

    def variables(self) -> list[Variable]:
        """The optimizer's own variables in the default graph, sorted by name."""
        graph = get_default_graph()
        own = [*self._non_slot_variables.values()]
        own += [slot for named in self._slots.values() for slot in named.values()]
        return sorted((variable for variable in own if variable.graph is graph), key=lambda v: v.name)

    def _assert_valid_dtypes(self, tensors: Iterable[Any]) -> None:
        for tensor in tensors:
            dtype = tensor.dtype.base_dtype
            if dtype not in _TYPES:
                raise ValueError(f"Invalid type {dtype!r} for {tensor.name}, expected: {list(_TYPES)}. Use tf.cast.")

    # What subclasses fill in

    def _create_slots(self, var_list: list[Any]) -> None:
        """Make what the optimizer keeps for the variables."""

    def _prepare(self) -> None:
        """Make the tensors of the hyperparameters."""

    def _apply_dense(self, grad: Tensor, var: Variable) -> Operation:
        """The node that updates one variable."""
        raise NotImplementedError(f"{type(self).__name__} must define _apply_dense(grad, var).")

    def _apply_sparse(self, grad: IndexedSlices, var: Variable) -> Operation:
        """The node that updates the rows of one variable; no row is listed twice."""
        raise NotImplementedError(f"{type(self).__name__} must define _apply_sparse(grad, var).")

    def _apply_sparse_duplicate_indices(self, grad: IndexedSlices, var: Variable) -> Operation:
        """The same where rows may be listed twice: their gradients are added first."""
        values, indices = summed_by_index(grad.values, grad.indices)
        return self._apply_sparse(IndexedSlices(values, indices, grad.dense_shape), var)

    def _finish(self, update_ops: list[Operation], name_scope: str) -> Operation:
        """The node that is done when the whole step is."""
        return group(*update_ops, name=name_scope)

    # For subclasses

    def _slot_dict(self, slot_name: str) -> dict[Any, Variable]:
        return self._slots.setdefault(slot_name, {})

    def _get_or_make_slot(self, var: Any, val: Any, slot_name: str, op_name: str) -> Variable:
        """The slot of a variable; it begins as the tensor `val`."""
        named = self._slot_dict(slot_name)
        if _key(var) not in named:
            named[_key(var)] = slots.create_slot(var, val, op_name)
        return named[_key(var)]

    def _get_or_make_slot_with_initializer(
        self, var: Any, initializer: Any, shape: Any, dtype: Any, slot_name: str, op_name: str
    ) -> Variable:
        named = self._slot_dict(slot_name)
        if _key(var) not in named:
            named[_key(var)] = slots.create_slot_with_initializer(var, initializer, shape, dtype, op_name)
        return named[_key(var)]

    def _zeros_slot(self, var: Any, slot_name: str, op_name: str) -> Variable:
        """The slot of a variable; it begins as zeros."""
        named = self._slot_dict(slot_name)
        if _key(var) not in named:
            named[_key(var)] = slots.create_zeros_slot(var, op_name)
        return named[_key(var)]

    def _create_non_slot_variable(self, initial_value: Any, name: str, colocate_with: Any) -> Variable:
        """A variable that belongs to the optimizer as a whole, one for each graph."""
        key = (name, colocate_with.graph)
        if key not in self._non_slot_variables:
            with get_default_graph().colocate_with(colocate_with):
                self._non_slot_variables[key] = self._named_variable(initial_value, name)
        return self._non_slot_variables[key]

    def _named_variable(self, initial_value: Any, name: str) -> Variable:
        if not self._use_own_namescope:
            return Variable(initial_value, name=name, trainable=False)
        with name_scope(f"{self._name}/"):
            return Variable(initial_value, name=name, trainable=False)

    def _get_non_slot_variable(self, name: str, graph: Any = None) -> Variable:
        return self._non_slot_variables[name, graph]

    def _call_if_callable(self, param: Any) -> Any:
        return param() if callable(param) else param


def _variables(var_list: Any) -> list[Any]:
    if var_list is None:
        found = trainable_variables() + get_collection(GraphKeys.TRAINABLE_RESOURCE_VARIABLES)
    else:
        found = list(_flat(var_list))
    if not found:
        raise ValueError("No variables to optimize.")
    for variable in found:
        if not isinstance(variable, (Variable, Tensor)):
            raise NotImplementedError(f"Trying to optimize unsupported type {variable!r}")
    return found


def _flat(items: Any) -> Iterable[Any]:
    if not isinstance(items, (list, tuple)):
        yield items
        return
    for item in items:
        yield from _flat(item)


def _gradient_tensor(grad: Any) -> Any:
    try:
        return convert_to_tensor_or_indexed_slices(grad)
    except TypeError:
        raise TypeError(f"Gradient must be convertible to a Tensor, or None: {grad}") from None


def summed_by_index(values: Tensor, indices: Tensor) -> tuple[Tensor, Tensor]:
    """Slices with each index once, what several slices of an index held added up: values and indices."""
    unique_indices, positions = apply_op("Unique", x=indices)
    return unsorted_segment_sum(values, positions, shape_of(unique_indices)[0]), unique_indices


def _key(var: Any) -> tuple[Any, str]:
    return var.op.graph, var.op.name
