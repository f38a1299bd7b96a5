"""Variables (API: tf.Variable): values that a session keeps between runs."""

from __future__ import annotations

import enum
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor, register_tensor_conversion_function
from convflow.graph.operation import Operation, Tensor
from convflow.graph.origin import describe
from convflow.graph.scopes import (
    add_to_collections,
    colocate_with,
    device,
    get_collection,
    get_default_graph,
    init_scope,
    name_scope,
)
from convflow.modeling.variables.guard import without_uninitialized
from convflow.ops import state
from convflow.ops.array.identity import group, identity
from convflow.ops.control_flow import cond
from convflow.ops.operators import give_operators


class VariableSynchronization(enum.Enum):
    """When copies of a variable on several devices are combined; there is one device, so it changes nothing."""

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3


class VariableAggregation(enum.Enum):
    """How copies of a variable on several devices are combined; there is one device, so it changes nothing."""

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3


class Variable:
    """A value that lives in a session and that programs change (API: tf.Variable).

    Args:
        initial_value: a tensor, anything that converts to one, or a function without arguments that returns one.
        trainable: whether optimizers change it by default; True.
        collections: graph collections to list it in; GLOBAL_VARIABLES by default.
        validate_shape: whether its shape is that of the initial value for good.
        caching_device: where reads are kept; recorded on the read.
        name: "Variable" by default, made unique.
        dtype: the type the initial value is converted to.
        expected_shape: deprecated, without effect.
        constraint: a function of the value that optimizers apply after each update.
        use_resource: must not be True: variables are reference variables, as in TensorFlow 1 by default.

    Raises:
        ValueError: no initial value, or one of unknown shape with `validate_shape`.
    """

    # Above NumPy's, so that `np.array * variable` asks the variable.
    __array_priority__ = 100

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
        if use_resource:
            raise NotImplementedError("Resource variables are not supported: leave use_resource out.")
        if variable_def is not None:
            raise NotImplementedError("Variables from a VariableDef come with tf.train.import_meta_graph.")
        if initial_value is None:
            raise ValueError("initial_value must be specified.")
        self._trainable = trainable if trainable is not None else True
        self._synchronization = synchronization
        self._aggregation = aggregation
        self._constraint = constraint
        self._save_slice_info: Any = None
        if not isinstance(collections, list | tuple | set | None):
            raise ValueError(
                "collections argument to Variable constructor must be a list, tuple, or set. "
                f"Got {collections!r} of type {type(collections)}: write [{collections!r}]."
            )
        collections = [GraphKeys.GLOBAL_VARIABLES] if collections is None else list(collections)
        if self._trainable and GraphKeys.TRAINABLE_VARIABLES not in collections:
            collections.append(GraphKeys.TRAINABLE_VARIABLES)
        with init_scope():
            self._build(initial_value, name, dtype, validate_shape, caching_device)
        add_to_collections(collections, self)

    def _build(self, initial_value: Any, name: str | None, dtype: Any, validate_shape: bool, caching: Any) -> None:
        from_function = callable(initial_value)
        with name_scope(name, "Variable", [] if from_function else [initial_value]) as scope:
            if from_function:
                self._initial_value = _called(initial_value, scope[:-1], dtype)
            else:
                self._initial_value = convert_to_tensor(initial_value, name="initial_value", dtype=dtype)
            value_dtype = self._initial_value.dtype.base_dtype
            shape = self._initial_value.shape if validate_shape else unknown_shape()
            if from_function:
                with get_default_graph()._attr_scope({"_class": [_location(scope[:-1])]}):
                    self._variable = state.variable_op(shape, value_dtype, name=scope)
            else:
                self._variable = state.variable_op(shape, value_dtype, name=scope)
            if validate_shape and not self._initial_value.shape.is_fully_defined():
                raise ValueError(f"initial_value must have a shape specified: {self._initial_value}")
            guarded = without_uninitialized(self._initial_value, scope[:-1])
            self._initializer_op = state.assign(self._variable, guarded, validate_shape=validate_shape).op
            with colocate_with(self._variable.op), device(caching):
                self._snapshot = identity(self._variable, name="read")

    @property
    def name(self) -> str:
        return self._variable.name

    @property
    def op(self) -> Operation:
        return self._variable.op

    @property
    def _shared_name(self) -> str:
        return self.op.name

    @property
    def dtype(self) -> dtypes.DType:
        return self._variable.dtype

    @property
    def device(self) -> str:
        return self._variable.device

    @property
    def graph(self) -> Any:
        return self._variable.graph

    @property
    def shape(self) -> TensorShape:
        return self._variable.shape

    def get_shape(self) -> TensorShape:
        return self._variable.shape

    def set_shape(self, shape: Any) -> None:
        self._variable.set_shape(shape)
        self._snapshot.set_shape(shape)

    @property
    def trainable(self) -> bool:
        return self._trainable

    @property
    def constraint(self) -> Any:
        return self._constraint

    @property
    def synchronization(self) -> Any:
        return self._synchronization

    @property
    def aggregation(self) -> Any:
        return self._aggregation

    @property
    def initializer(self) -> Operation:
        """The operation that gives the variable its initial value."""
        return self._initializer_op

    @property
    def initial_value(self) -> Tensor:
        return self._initial_value

    def value(self) -> Tensor:
        """The value as a tensor."""
        return self._snapshot

    def read_value(self) -> Tensor:
        """A read of its own, which waits for the control dependencies around."""
        return identity(self._variable, name="read")

    def initialized_value(self) -> Tensor:
        """The value if the variable is initialized, else the initial value: safe in other initial values."""
        with init_scope():
            return cond(state.is_variable_initialized(self), self.read_value, lambda: self._initial_value)

    def eval(self, session: Any = None) -> Any:
        """The value in a session, as an array."""
        return self._variable.eval(session=session)

    def load(self, value: Any, session: Any = None) -> None:
        """Write an array into the variable in a session."""
        target = self.graph.session_for(session, "Variable.load")
        target.run(self.initializer, {self.initializer.inputs[1]: value})

    def assign(self, value: Any, use_locking: bool = False, name: Any = None, read_value: bool = True) -> Any:
        """A node that writes `value`; its output is the variable's reference."""
        return _result(state.assign(self._variable, value, use_locking=use_locking, name=name), read_value)

    def assign_add(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """A node that adds `delta`."""
        return _result(state.assign_add(self._variable, delta, use_locking=use_locking, name=name), read_value)

    def assign_sub(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """A node that subtracts `delta`."""
        return _result(state.assign_sub(self._variable, delta, use_locking=use_locking, name=name), read_value)

    def _as_graph_element(self) -> Tensor:
        return self._variable

    def _ref(self) -> Tensor:
        return self._variable

    def _as_value(self) -> Tensor:
        return self._snapshot

    def experimental_ref(self) -> Any:
        return self._variable.experimental_ref()

    def __iter__(self) -> Any:
        raise TypeError("'Variable' object is not iterable: it has no value while the graph is built.")

    def __repr__(self) -> str:
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}>"


give_operators(Variable)


def _called(initial_value: Any, variable_name: str, dtype: Any) -> Tensor:
    # The location of a variable that does not exist yet, as its initial value is made first.
    at_variable = get_default_graph()._attr_scope({"_class": [_location(variable_name)]})
    with at_variable, name_scope("Initializer"), device(None):
        return convert_to_tensor(initial_value(), name="initial_value", dtype=dtype)


def _location(variable_name: str) -> bytes:
    return f"loc:@{variable_name}".encode()


def _result(reference: Tensor, read_value: bool) -> Any:
    return reference if read_value else reference.op


def _variable_conversion(value: Variable, dtype: Any, name: str | None, as_ref: bool) -> Any:
    if dtype is not None and not dtype.is_compatible_with(value.dtype):
        raise ValueError(
            f"Incompatible type conversion requested to type '{dtype.name}' for variable of type "
            f"'{value.dtype.name}': {value!r}. Use tf.cast.\nThe variable was {describe(value.op.origin)}"
        )
    return value._variable if as_ref else value._snapshot


register_tensor_conversion_function(Variable, _variable_conversion)


def global_variables(scope: str | None = None) -> list[Variable]:
    """All variables of the default graph that checkpoints hold (API: tf.global_variables)."""
    return get_collection(GraphKeys.GLOBAL_VARIABLES, scope)


def local_variables(scope: str | None = None) -> list[Variable]:
    """The variables of this process alone, such as counters of metrics (API: tf.local_variables)."""
    return get_collection(GraphKeys.LOCAL_VARIABLES, scope)


def trainable_variables(scope: str | None = None) -> list[Variable]:
    """The variables that optimizers change by default (API: tf.trainable_variables)."""
    return get_collection(GraphKeys.TRAINABLE_VARIABLES, scope)


def model_variables(scope: str | None = None) -> list[Variable]:
    """The variables that inference needs (API: tf.model_variables)."""
    return get_collection(GraphKeys.MODEL_VARIABLES, scope)


def variables_initializer(var_list: Any, name: str = "init") -> Operation:
    """An operation that initializes the given variables (API: tf.variables_initializer)."""
    return group(*[variable.initializer for variable in var_list], name=name)


def global_variables_initializer() -> Operation:
    """An operation that initializes all global variables (API: tf.global_variables_initializer)."""
    return variables_initializer(global_variables())


def local_variables_initializer() -> Operation:
    """An operation that initializes all local variables (API: tf.local_variables_initializer)."""
    return variables_initializer(local_variables())
