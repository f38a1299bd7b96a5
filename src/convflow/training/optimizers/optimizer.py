"""What all optimizers share (API: tf.train.Optimizer): gradients, slots, and the order of the updates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from convflow.autodiff.gradient_tape import GradientTape
from convflow.autodiff.gradients import gradients
from convflow.core import dtypes
from convflow.core.dtypes import DType
from convflow.graph.apply import apply_op
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.indexed_slices import IndexedSlices, convert_to_tensor_or_indexed_slices
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import (
    colocate_with,
    control_dependencies,
    executing_eagerly,
    get_collection,
    get_default_graph,
    init_scope,
    name_scope,
)
from convflow.modeling import tracking
from convflow.modeling.variables.variable import EagerVariable, Variable, trainable_variables
from convflow.ops import state
from convflow.ops.array.gather import unsorted_segment_sum
from convflow.ops.array.identity import group
from convflow.ops.array.identity import tuple_ as gate_tuple
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.training.optimizers.slot_keeper import SlotKeeper

GradsAndVars = list[tuple[Any, Any]]


class Optimizer(SlotKeeper):
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
        super().__init__(name, use_own_namescope_for_non_slot_vars)
        self._use_locking = use_locking
        self._name = name

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
            loss: a floating tensor, or a function without arguments that returns one; in eager mode a function.
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
        if callable(loss):
            return self._gradients_of_function(loss, var_list, grad_loss)
        if executing_eagerly():
            raise RuntimeError(
                "`loss` passed to Optimizer.compute_gradients should be a function when eager execution is enabled: "
                f"got {loss!r}. Pass a function without arguments that computes it, e.g. lambda: loss_fn(x)."
            )
        if gate_gradients not in (self.GATE_NONE, self.GATE_OP, self.GATE_GRAPH):
            raise ValueError(
                "gate_gradients must be one of: Optimizer.GATE_NONE, Optimizer.GATE_OP, Optimizer.GATE_GRAPH. "
                f"Not {gate_gradients}"
            )
        self._assert_valid_dtypes([loss] if grad_loss is None else [loss, grad_loss])
        variables = _variables(var_list)
        grads = gradients(
            loss,
            [_differentiated(variable) for variable in variables],
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

    def _gradients_of_function(self, loss: Any, var_list: Any, grad_loss: Any) -> GradsAndVars:
        """The gradients of what a function returns for the variables it reads, or for those named."""
        with GradientTape() as tape:
            if var_list is not None:
                tape.watch(list(_flat(var_list)))
            value = loss()
        variables = list(tape.watched_variables()) if var_list is None else list(_flat(var_list))
        grads = tape.gradient(value, variables, grad_loss)
        self._assert_valid_dtypes(
            [variable for grad, variable in zip(grads, variables, strict=True) if grad is not None]
        )
        return list(zip(grads, variables, strict=True))

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
            tracking.objects_made()
        with name_scope(name, self._name) as scope:
            self._prepare()
            update_ops = [self._update(grad, variable) for grad, variable in trained]
            train_op = self._counted(update_ops, global_step, scope)
        if executing_eagerly():
            return train_op
        train_op = train_op.op if isinstance(train_op, Tensor) else train_op
        collection = get_default_graph().get_collection_ref(GraphKeys.TRAIN_OP)
        if train_op not in collection:
            collection.append(train_op)
        return train_op

    def _update(self, grad: Any, variable: Any) -> Operation:
        scope = "" if isinstance(variable, EagerVariable) else f"update_{variable.op.name}"
        with name_scope(scope), colocate_with(variable):
            if isinstance(variable, Tensor):
                raise NotImplementedError(f"Trying to update a Tensor {variable}: only variables can be trained.")
            if isinstance(grad, IndexedSlices):
                return self._update_sparse(grad, variable)
            dense = self._resource_apply_dense if state.is_resource(variable) else self._apply_dense
            update = dense(grad, variable)
            if variable.constraint is None:
                return update
            with control_dependencies([update]):
                assigned = variable.assign(variable.constraint(variable))
                return update if isinstance(assigned, EagerVariable) else assigned.op

    def _update_sparse(self, grad: IndexedSlices, variable: Variable) -> Operation:
        if variable.constraint is not None:
            raise RuntimeError(
                f"Cannot use a constraint function on a sparse variable: the gradient of {variable.name} is made of "
                "slices. Make it dense with tf.convert_to_tensor, or leave the constraint out."
            )
        if state.is_resource(variable):
            return self._resource_apply_sparse_duplicate_indices(grad.values, variable, grad.indices)
        return self._apply_sparse_duplicate_indices(grad, variable)

    def _counted(self, update_ops: list[Operation], global_step: Any, scope: str) -> Operation:
        if global_step is None:
            return self._finish(update_ops, scope)
        with control_dependencies([self._finish(update_ops, "update")]), colocate_with(global_step):
            if state.is_resource(global_step):
                one = convert_to_tensor(1, dtype=global_step.dtype)
                return apply_op("AssignAddVariableOp", resource=global_step.handle, value=one, name=scope)
            return state.assign_add(global_step, 1, name=scope).op

    def _assert_valid_dtypes(self, tensors: Iterable[Any]) -> None:
        valid = self._valid_dtypes()
        for tensor in tensors:
            dtype = tensor.dtype.base_dtype
            if dtype not in valid:
                expected = sorted(valid, key=lambda dtype: dtype.as_datatype_enum)
                raise ValueError(f"Invalid type {dtype!r} for {tensor.name}, expected: {expected}. Use tf.cast.")

    # What subclasses fill in

    def _valid_dtypes(self) -> set[DType]:
        """The types of losses and variables that the optimizer takes."""
        return {dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64}

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

    def _resource_apply_dense(self, grad: Tensor, handle: Any) -> Operation:
        """The node that updates one resource variable."""
        raise NotImplementedError(f"{type(self).__name__} must define _resource_apply_dense(grad, handle).")

    def _resource_apply_sparse(self, grad: Tensor, handle: Any, indices: Tensor) -> Operation:
        """The node that updates the rows of one resource variable; no row is listed twice."""
        raise NotImplementedError(f"{type(self).__name__} must define _resource_apply_sparse(grad, handle, indices).")

    def _resource_apply_sparse_duplicate_indices(self, grad: Tensor, handle: Any, indices: Tensor) -> Operation:
        """The same where rows may be listed twice: their gradients are added first."""
        values, unique_indices = summed_by_index(grad, indices)
        return self._resource_apply_sparse(values, handle, unique_indices)

    def _finish(self, update_ops: list[Operation], name_scope: str) -> Operation:
        """The node that is done when the whole step is."""
        return group(*update_ops, name=name_scope)

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
        if not (isinstance(variable, (Variable, Tensor)) or state.is_resource(variable)):
            raise NotImplementedError(f"Trying to optimize unsupported type {variable!r}")
    return found


def _differentiated(variable: Any) -> Any:
    is_reference = isinstance(variable, Variable) and not state.is_resource(variable)
    return variable._ref() if is_reference else variable


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
