"""Variables known by a reference, TensorFlow 1's own kind: reads share the variable's memory."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from convflow.autodiff import tape
from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape, unknown_shape
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor, register_tensor_conversion_function
from convflow.graph.operation import Operation, Tensor
from convflow.graph.origin import describe
from convflow.graph.scopes import (
    add_to_collections,
    colocate_with,
    device,
    get_default_graph,
    init_scope,
    name_scope,
)
from convflow.modeling.variables.base import (
    KINDS,
    Variable,
    VariableAggregation,
    VariableSynchronization,
    imported,
    location,
)
from convflow.modeling.variables.guard import without_uninitialized
from convflow.ops import state
from convflow.ops.array.identity import identity


class RefVariable(Variable):
    """A `VariableV2` node, the `Assign` of its initial value and the `Identity` that reads it."""

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        collections: Any = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        expected_shape: Any = None,
        import_scope: str | None = None,
        constraint: Any = None,
        use_resource: bool | None = None,
        synchronization: Any = VariableSynchronization.AUTO,
        aggregation: Any = VariableAggregation.NONE,
        shape: Any = None,
    ) -> None:
        if variable_def is not None:
            check_without_value(initial_value)
            self._find(variable_def, import_scope)
            return
        if initial_value is None:
            raise ValueError("initial_value must be specified.")
        self._settings(trainable, synchronization, aggregation, constraint)
        listed = listed_in(collections, self._trainable)
        with init_scope():
            self._build(initial_value, name, dtype, validate_shape, caching_device, shape)
        add_to_collections(listed, self)

    def _build(
        self, initial_value: Any, name: str | None, dtype: Any, validate_shape: bool, caching: Any, shape: Any
    ) -> None:
        from_function = callable(initial_value)
        with name_scope(name, "Variable", [] if from_function else [initial_value]) as scope:
            if from_function:
                self._initial_value = called_at(initial_value, scope[:-1], dtype)
            else:
                self._initial_value = convert_to_tensor(initial_value, name="initial_value", dtype=dtype)
            self._variable = _node(self._initial_value, scope, from_function, validate_shape, shape)
            if validate_shape and shape is None and not self._initial_value.shape.is_fully_defined():
                raise ValueError(f"initial_value must have a shape specified: {self._initial_value}")
            guarded = without_uninitialized(self._initial_value, scope[:-1])
            self._initializer_op = state.assign(self._variable, guarded, validate_shape=validate_shape).op
            with _place_of_reads(self._variable, caching):
                self._snapshot = identity(self._variable, name="read")

    def _find(self, variable_def: Any, import_scope: str | None) -> None:
        self._settings_of(variable_def, import_scope)
        self._variable = imported(variable_def.variable_name, import_scope)
        self._initializer_op = imported(variable_def.initializer_name, import_scope)
        self._snapshot = imported(variable_def.snapshot_name, import_scope)
        name = variable_def.initial_value_name
        self._initial_value = imported(name, import_scope) if name else None

    @property
    def op(self) -> Operation:
        return self._variable.op

    @property
    def dtype(self) -> dtypes.DType:
        return self._variable.dtype

    @property
    def shape(self) -> TensorShape:
        return self._variable.shape

    def set_shape(self, shape: Any) -> None:
        self._variable.set_shape(shape)
        self._snapshot.set_shape(shape)

    def value(self) -> Tensor:
        tape.variable_read(self)
        return self._snapshot

    def read_value(self) -> Tensor:
        return identity(self._variable, name="read")

    def assign(self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> Any:
        return _result(state.assign(self._variable, value, use_locking=use_locking, name=name), read_value)

    def assign_add(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        return _result(state.assign_add(self._variable, delta, use_locking=use_locking, name=name), read_value)

    def assign_sub(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        return _result(state.assign_sub(self._variable, delta, use_locking=use_locking, name=name), read_value)

    def _as_graph_element(self) -> Tensor:
        return self._variable

    def _ref(self) -> Tensor:
        return self._variable

    def _as_value(self) -> Tensor:
        return self.value()

    def _snapshot_tensor(self) -> Tensor:
        return self._snapshot


KINDS[False] = RefVariable


def check_without_value(initial_value: Any) -> None:
    """ValueError if a variable that is found by its `VariableDef` is also given a value."""
    if initial_value is not None:
        raise ValueError("variable_def and initial_value are mutually exclusive: the nodes of the first have a value.")


def listed_in(collections: Any, trainable: bool) -> list[Any]:
    """The collections a new variable joins; ValueError unless they are a list."""
    if not isinstance(collections, list | tuple | set | None):
        raise ValueError(
            "collections argument to Variable constructor must be a list, tuple, or set. "
            f"Got {collections!r} of type {type(collections)}: write [{collections!r}]."
        )
    listed = [GraphKeys.GLOBAL_VARIABLES] if collections is None else list(collections)
    if trainable and GraphKeys.TRAINABLE_VARIABLES not in listed:
        listed.append(GraphKeys.TRAINABLE_VARIABLES)
    return listed


def called_at(initial_value: Any, variable_name: str, dtype: Any) -> Tensor:
    """The tensor of an initial value made at the location of a variable that does not exist yet."""
    at_variable = get_default_graph()._attr_scope({"_class": [location(variable_name)]})
    with at_variable, name_scope("Initializer"), device(None):
        return convert_to_tensor(initial_value(), name="initial_value", dtype=dtype)


def _node(initial_value: Tensor, scope: str, from_function: bool, validate_shape: bool, shape: Any) -> Tensor:
    if shape is not None:
        shape = as_shape(shape)
    else:
        shape = initial_value.shape if validate_shape else unknown_shape()
    if not from_function:
        return state.variable_op(shape, initial_value.dtype.base_dtype, name=scope)
    with get_default_graph()._attr_scope({"_class": [location(scope[:-1])]}):
        return state.variable_op(shape, initial_value.dtype.base_dtype, name=scope)


def _place_of_reads(variable: Tensor, caching: Any) -> AbstractContextManager[None]:
    return colocate_with(variable.op) if caching is None else device(caching)


def _result(reference: Tensor, read_value: bool) -> Any:
    return reference if read_value else reference.op


def _to_tensor(value: RefVariable, dtype: Any, name: str | None, as_ref: bool) -> Any:
    check_type(value, dtype)
    return value._variable if as_ref else value.value()


def check_type(variable: Variable, dtype: Any) -> None:
    """ValueError if a variable is wanted as a tensor of another type."""
    if dtype is not None and not dtype.is_compatible_with(variable.dtype):
        raise ValueError(
            f"Incompatible type conversion requested to type '{dtype.name}' for variable of type "
            f"'{variable.dtype.name}': {variable!r}. Use tf.cast.\nThe variable was {describe(variable.op.origin)}"
        )


register_tensor_conversion_function(RefVariable, _to_tensor)
