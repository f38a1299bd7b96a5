"""What all variables have in common (API: tf.Variable): the class programs name, and how its instances are made."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

from tensorboard.compat.proto import variable_pb2

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import executing_eagerly, get_default_graph, init_scope
from convflow.modeling.variables import slice_info
from convflow.modeling.variables.store import resolved_use_resource, variable_store
from convflow.ops import scatter, state
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


class _VariableType(type):
    """`tf.Variable(...)` makes a variable of the kind asked for, through the creators of the graph."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is not Variable:
            return super().__call__(*args, **kwargs)
        bound = _SIGNATURE.bind(*args, **kwargs)
        bound.apply_defaults()
        return create_variable(**bound.arguments)


def create_variable(**arguments: Any) -> Any:
    """A new variable, made by the innermost `tf.variable_creator_scope`, or as its arguments say."""
    create: Callable[..., Any] = _by_kind
    for creator in variable_store().creators:
        create = partial(creator, create)
    return create(**arguments)


# The classes of variables by whether they are known by a handle, and that of eager mode; filled where they stand.
KINDS: dict[bool | str, Any] = {}


def are_made_eagerly() -> bool:
    """Whether a new variable has its value at once: in eager mode, and in functions that eager mode traces."""
    with init_scope():
        return executing_eagerly()


def _by_kind(use_resource: bool | None = None, variable_def: Any = None, **arguments: Any) -> Any:
    if are_made_eagerly():
        return KINDS["eager"](variable_def=variable_def, **arguments)
    is_resource = resolved_use_resource(use_resource) if variable_def is None else variable_def.is_resource
    return KINDS[is_resource](variable_def=variable_def, **arguments)


class Variable(metaclass=_VariableType):
    """A value that lives in a session and that programs change (API: tf.Variable).

    Args:
        initial_value: a tensor, anything that converts to one, or a function without arguments that returns one.
        trainable: whether optimizers change it by default; True, unless `synchronization` is ON_READ.
        collections: graph collections to list it in; GLOBAL_VARIABLES by default.
        validate_shape: whether its shape is that of the initial value for good.
        caching_device: where reads are kept; recorded on the read.
        name: "Variable" by default, made unique.
        variable_def: a `VariableDef` of a variable whose nodes are in the graph, in place of `initial_value`.
        dtype: the type the initial value is converted to.
        expected_shape: deprecated, without effect.
        import_scope: the name scope put before the names in `variable_def`.
        constraint: a function of the value that optimizers apply after each update.
        use_resource: True for a variable known by a handle: what was read from it stays as it was when it changes.
        shape: its shape where that is not the initial value's, e.g. unknown.

    Raises:
        ValueError: no initial value, or one of unknown shape with `validate_shape`; arguments that exclude each other.
    """

    # Above NumPy's, so that `np.array * variable` asks the variable.
    __array_priority__ = 100

    SaveSliceInfo = slice_info.SaveSliceInfo

    _trainable: bool
    _synchronization: VariableSynchronization
    _aggregation: VariableAggregation
    _constraint: Any
    _initial_value: Tensor | None
    _initializer_op: Operation
    _save_slice_info: slice_info.SaveSliceInfo | None

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
        raise NotImplementedError("tf.Variable makes variables of its subclasses.")

    # What subclasses say

    @property
    def op(self) -> Operation:
        """The node whose output is the reference or handle."""
        raise NotImplementedError

    @property
    def dtype(self) -> dtypes.DType:
        raise NotImplementedError

    @property
    def shape(self) -> TensorShape:
        raise NotImplementedError

    def set_shape(self, shape: Any) -> None:
        """Narrow the static shape by what the program knows better; ValueError on contradiction."""
        raise NotImplementedError

    def value(self) -> Tensor:
        """The value as a tensor."""
        raise NotImplementedError

    def read_value(self) -> Tensor:
        """A read of its own, which waits for the control dependencies around."""
        raise NotImplementedError

    def assign(self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> Any:
        """A node that writes `value`; the variable after that, or the bare operation without `read_value`."""
        raise NotImplementedError

    def assign_add(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """A node that adds `delta`."""
        raise NotImplementedError

    def assign_sub(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """A node that subtracts `delta`."""
        raise NotImplementedError

    def _as_graph_element(self) -> Tensor:
        """The tensor that stands for the variable in fetches."""
        raise NotImplementedError

    def _ref(self) -> Tensor:
        """The reference or handle."""
        raise NotImplementedError

    def _snapshot_tensor(self) -> Tensor:
        """The read that was made with the variable."""
        raise NotImplementedError

    # What follows from it

    @property
    def name(self) -> str:
        return self._ref().name

    @property
    def _shared_name(self) -> str:
        return self.name[: self.name.index(":")]

    @property
    def device(self) -> str:
        return self._ref().device

    @property
    def graph(self) -> Any:
        return self._ref().graph

    def get_shape(self) -> TensorShape:
        return self.shape

    @property
    def trainable(self) -> bool:
        return self._trainable

    @property
    def constraint(self) -> Any:
        return self._constraint

    @property
    def synchronization(self) -> VariableSynchronization:
        return self._synchronization

    @property
    def aggregation(self) -> VariableAggregation:
        return self._aggregation

    @property
    def initializer(self) -> Operation:
        """The operation that gives the variable its initial value."""
        return self._initializer_op

    @property
    def initial_value(self) -> Any:
        return self._initial_value

    def initialized_value(self) -> Tensor:
        """The value if the variable is initialized, else the initial value: safe in other initial values."""
        with init_scope():
            return cond(state.is_variable_initialized(self), self.read_value, lambda: self._initial_value)

    def eval(self, session: Any = None) -> Any:
        """The value in a session, as an array."""
        return self._as_graph_element().eval(session=session)

    def load(self, value: Any, session: Any = None) -> None:
        """Write an array into the variable in a session."""
        target = self.graph.session_for(session, "Variable.load")
        target.run(self.initializer, {self.initializer.inputs[1]: value})

    def count_up_to(self, limit: int) -> Tensor:
        """The value, counted up after that; OutOfRangeError (when run) at `limit`."""
        return state.count_up_to(self, limit)

    def scatter_update(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Replace the rows of `sparse_delta`, an `IndexedSlices`."""
        return self._scattered(scatter.scatter_update, sparse_delta, use_locking, name)

    def scatter_add(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Add an `IndexedSlices`."""
        return self._scattered(scatter.scatter_add, sparse_delta, use_locking, name)

    def scatter_sub(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Subtract an `IndexedSlices`."""
        return self._scattered(scatter.scatter_sub, sparse_delta, use_locking, name)

    def scatter_mul(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Multiply rows by those of an `IndexedSlices`."""
        return self._scattered(scatter.scatter_mul, sparse_delta, use_locking, name)

    def scatter_div(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Divide rows by those of an `IndexedSlices`."""
        return self._scattered(scatter.scatter_div, sparse_delta, use_locking, name)

    def scatter_min(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Lower rows to those of an `IndexedSlices` where these are smaller."""
        return self._scattered(scatter.scatter_min, sparse_delta, use_locking, name)

    def scatter_max(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Raise rows to those of an `IndexedSlices` where these are larger."""
        return self._scattered(scatter.scatter_max, sparse_delta, use_locking, name)

    def batch_scatter_update(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Replace entries of the last batch axis; see `tf.batch_scatter_update`."""
        return self._scattered(scatter.batch_scatter_update, sparse_delta, use_locking, name)

    def _scattered(self, function: Any, sparse_delta: Any, use_locking: bool, name: str | None) -> Any:
        if not isinstance(sparse_delta, IndexedSlices):
            raise TypeError(
                f"sparse_delta is not IndexedSlices: {sparse_delta!r}. Write tf.IndexedSlices(values, indices), or use "
                "tf.scatter_update and its kin."
            )
        return function(self, sparse_delta.indices, sparse_delta.values, use_locking=use_locking, name=name)

    def scatter_nd_update(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """Replace slices by coordinates; see `tf.scatter_nd_update`."""
        return scatter.scatter_nd_update(self, indices, updates, use_locking=True, name=name)

    def scatter_nd_add(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """Add to slices by coordinates; see `tf.scatter_nd_add`."""
        return scatter.scatter_nd_add(self, indices, updates, use_locking=True, name=name)

    def scatter_nd_sub(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """Subtract from slices by coordinates; see `tf.scatter_nd_sub`."""
        return scatter.scatter_nd_sub(self, indices, updates, use_locking=True, name=name)

    def sparse_read(self, indices: Any, name: str | None = None) -> Tensor:
        """The rows `indices` without reading the others; AttributeError unless it is a resource variable."""
        raise AttributeError(f"{self!r} is no resource variable: use tf.gather(variable, indices).")

    def gather_nd(self, indices: Any, name: str | None = None) -> Tensor:
        """Slices by coordinates without reading the rest; AttributeError unless it is a resource variable."""
        raise AttributeError(f"{self!r} is no resource variable: use tf.gather_nd(variable, indices).")

    def _set_save_slice_info(self, save_slice_info: slice_info.SaveSliceInfo) -> None:
        self._save_slice_info = save_slice_info

    def _get_save_slice_info(self) -> slice_info.SaveSliceInfo | None:
        return self._save_slice_info

    def to_proto(self, export_scope: str | None = None) -> Any:
        """The names of the variable's nodes as a `VariableDef`, None if it lies outside of `export_scope`."""
        if export_scope and not self.name.startswith(export_scope):
            return None
        proto = variable_pb2.VariableDef(
            variable_name=_within(self.name, export_scope),
            initializer_name=_within(self.initializer.name, export_scope),
            snapshot_name=_within(self._snapshot_tensor().name, export_scope),
            is_resource=self.dtype is self.dtype.base_dtype,
            trainable=self.trainable,
            synchronization=self.synchronization.value,
            aggregation=self.aggregation.value,
        )
        if self._initial_value is not None:
            proto.initial_value_name = _within(self._initial_value.name, export_scope)
        if self._save_slice_info is not None:
            proto.save_slice_info_def.MergeFrom(self._save_slice_info.to_proto(export_scope))
        return proto

    @staticmethod
    def from_proto(variable_def: Any, import_scope: str | None = None) -> Any:
        """The variable whose nodes, in the default graph, a `VariableDef` names."""
        return Variable(variable_def=variable_def, import_scope=import_scope)

    def experimental_ref(self) -> Any:
        """A stand-in for sets and dicts, compared by identity."""
        return _Reference(self)

    ref = experimental_ref

    def __iter__(self) -> Any:
        raise TypeError("'Variable' object is not iterable: it has no value while the graph is built.")

    def __repr__(self) -> str:
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}>"

    # Set up, for subclasses

    def _settings(self, trainable: Any, synchronization: Any, aggregation: Any, constraint: Any) -> None:
        self._synchronization = VariableSynchronization(synchronization or VariableSynchronization.AUTO)
        self._aggregation = VariableAggregation(aggregation or VariableAggregation.NONE)
        on_read = self._synchronization is VariableSynchronization.ON_READ
        self._trainable = not on_read if trainable is None else bool(trainable)
        if constraint is not None and not callable(constraint):
            raise ValueError(
                f"The `constraint` argument must be a callable, got {constraint!r}: a function from the value after an "
                "update to the value to keep."
            )
        self._constraint = constraint
        self._save_slice_info = None

    def _settings_of(self, variable_def: Any, import_scope: str | None) -> None:
        self._settings(variable_def.trainable, variable_def.synchronization, variable_def.aggregation, None)
        if variable_def.HasField("save_slice_info_def"):
            info = variable_def.save_slice_info_def
            self._save_slice_info = slice_info.SaveSliceInfo(save_slice_info_def=info, import_scope=import_scope)


class _Reference:
    def __init__(self, variable: Variable) -> None:
        self._variable = variable

    def deref(self) -> Variable:
        return self._variable

    def __hash__(self) -> int:
        return id(self._variable)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Reference) and self._variable is other._variable

    def __repr__(self) -> str:
        return f"<Reference wrapping {self._variable!r}>"


_SIGNATURE = inspect.signature(Variable.__init__)
_SIGNATURE = _SIGNATURE.replace(parameters=list(_SIGNATURE.parameters.values())[1:], return_annotation=Variable)
# What `help` and `inspect` show, which would otherwise see the metaclass.
Variable.__signature__ = _SIGNATURE  # type: ignore[attr-defined]
give_operators(Variable)


def _within(name: str, export_scope: str | None) -> str:
    if not export_scope:
        return name
    prefix = export_scope.rstrip("/") + "/"
    return name.removeprefix(prefix)


def imported(name: str, import_scope: str | None) -> Any:
    """The tensor or operation called `name`, before which `import_scope` is put, in the default graph."""
    prefix = import_scope.rstrip("/") + "/" if import_scope else ""
    return get_default_graph().as_graph_element(prefix + name)


def location(variable_name: str) -> bytes:
    """The attribute of nodes that stand where a variable does, which need not be there yet."""
    return f"loc:@{variable_name}".encode()
