"""Variables known by a handle (API: tf.Variable(..., use_resource=True)): what was read stays as it was."""

from __future__ import annotations

from typing import Any

from convflow.autodiff import tape
from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.convert import convert_to_tensor, register_tensor_conversion_function
from convflow.graph.handles import handle_shape
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import (
    add_to_collections,
    colocate_with,
    control_dependencies,
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
    are_made_eagerly,
    imported,
    location,
)
from convflow.modeling.variables.guard import without_uninitialized
from convflow.modeling.variables.reference import check_type, check_without_value, listed_in
from convflow.ops import resource
from convflow.ops.array.identity import identity


class ResourceVariable(Variable):
    """A variable known by a handle: what was read from it stays as it was (API: tf.contrib.eager.Variable).

    A `VarHandleOp` node, the node that assigns its initial value, and nodes that read it; in eager mode its value at
    once.

    Args:
        initial_value: a tensor, anything that converts to one, or a function without arguments that returns one.
        trainable: whether optimizers change it by default; True, unless `synchronization` is ON_READ.
        collections: graph collections to list it in; GLOBAL_VARIABLES by default.
        validate_shape, caching_device, dtype, constraint, shape: see `tf.Variable`.
        name: "Variable" by default, made unique.
        variable_def, import_scope: a `VariableDef` of a variable whose nodes are in the graph, and the scope before
            them.
        expected_shape, use_resource: without effect here.
        synchronization, aggregation: of copies on several devices; there is one device.

    Raises:
        ValueError: no initial value, or arguments that exclude each other.
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        return object.__new__(KINDS["eager"] if cls is ResourceVariable and are_made_eagerly() else cls)

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
        self._validate_shape = validate_shape
        self._cached_value: Tensor | None = None
        if variable_def is not None:
            check_without_value(initial_value)
            self._find(variable_def, import_scope)
            return
        if initial_value is None:
            raise ValueError("initial_value must be specified.")
        self._settings(trainable, synchronization, aggregation, constraint)
        listed = listed_in(collections, self._trainable)
        with init_scope():
            self._build(initial_value, name, dtype, caching_device, shape)
        add_to_collections(listed, self)

    def _build(self, initial_value: Any, name: str | None, dtype: Any, caching: Any, shape: Any) -> None:
        from_function = callable(initial_value)
        with name_scope(name, "Variable", [] if from_function else [initial_value]) as scope:
            self._handle_name = scope[:-1]
            with get_default_graph()._attr_scope({"_class": [location(self._handle_name)]}):
                with name_scope("Initializer"), device(None):
                    value = initial_value() if from_function else initial_value
                    self._initial_value = convert_to_tensor(value, name="initial_value", dtype=dtype)
                self._dtype = self._initial_value.dtype.base_dtype
                self._shape = self._initial_value.shape if shape is None else as_shape(shape)
                self._handle = resource.var_handle_op(
                    self._dtype, self._shape, shared_name=self._handle_name, name=scope
                )
            with name_scope("IsInitialized"):
                self._is_initialized_op = resource.var_is_initialized_op(self._handle).op
            with name_scope("Assign") as assign, colocate_with(None, ignore_existing=True), device(self._handle.device):
                guarded = without_uninitialized(self._initial_value, self._handle_name)
                self._initializer_op = resource.assign_variable_op(self._handle, guarded, name=assign)
            with name_scope("Read"):
                self._first_read(caching)

    def _first_read(self, caching: Any) -> None:
        with device(self._handle.device):
            self._graph_element = resource.read_variable_op(self._handle, self._dtype)
        if caching is not None:
            with colocate_with(None, ignore_existing=True), device(caching):
                self._cached_value = identity(self._graph_element)

    def _find(self, variable_def: Any, import_scope: str | None) -> None:
        self._settings_of(variable_def, import_scope)
        self._handle = imported(variable_def.variable_name, import_scope)
        self._handle_name = self._handle.op.name
        self._shape = handle_shape(self._handle)
        self._dtype = self._handle.op.attrs["dtype"]
        self._initializer_op = imported(variable_def.initializer_name, import_scope)
        self._graph_element = imported(variable_def.snapshot_name, import_scope)
        name = variable_def.initial_value_name
        self._initial_value = imported(name, import_scope) if name else None

    @property
    def handle(self) -> Tensor:
        """The handle, a scalar of type resource."""
        return self._handle

    @property
    def op(self) -> Operation:
        return self._handle.op

    @property
    def dtype(self) -> dtypes.DType:
        return self._dtype

    @property
    def shape(self) -> TensorShape:
        return self._shape

    @property
    def create(self) -> Operation:
        """The operation that gives the variable its initial value."""
        return self._initializer_op

    def set_shape(self, shape: Any) -> None:
        if not self._shape.is_compatible_with(shape):
            raise ValueError(f"Shapes {self._shape} and {as_shape(shape)} are not compatible: {self!r}.")

    def is_initialized(self, name: str | None = None) -> Tensor:
        """Whether the variable has a value, a bool scalar."""
        return resource.var_is_initialized_op(self._handle, name)

    def value(self) -> Tensor:
        if self._cached_value is not None:
            return self._cached_value
        with colocate_with(None, ignore_existing=True):
            return self._read()

    def _read(self) -> Tensor:
        tape.variable_read(self)
        return resource.read_variable_op(self._handle, self._dtype)

    def read_value(self) -> Tensor:
        with name_scope("Read"):
            value = self._read()
        return identity(value)

    def sparse_read(self, indices: Any, name: str | None = None) -> Tensor:
        tape.variable_read(self)
        with name_scope("Gather" if name is None else name) as scope:
            return resource.resource_gather(self._handle, indices, self._dtype, name=scope)

    def gather_nd(self, indices: Any, name: str | None = None) -> Tensor:
        tape.variable_read(self)
        with name_scope("GatherNd" if name is None else name) as scope:
            value = resource.resource_gather_nd(self._handle, indices, self._dtype, name=scope)
        return identity(value)

    def assign(
        self, value: Any, use_locking: bool | None = None, name: str | None = None, read_value: bool = True
    ) -> Any:
        value = convert_to_tensor(value, dtype=self._dtype)
        if not self._shape.is_compatible_with(value.shape):
            raise ValueError(
                f"Cannot assign value to variable '{self.name}': Shape mismatch. The variable shape {self._shape}, and "
                f"the assigned value shape {value.shape} are incompatible."
            )
        written = resource.assign_variable_op(self._handle, value, self._validate_shape, name)
        return self._lazy_read(written) if read_value else written

    def assign_add(
        self, delta: Any, use_locking: bool | None = None, name: str | None = None, read_value: bool = True
    ) -> Any:
        delta = convert_to_tensor(delta, dtype=self._dtype)
        written = resource.assign_add_variable_op(self._handle, delta, name)
        return self._lazy_read(written) if read_value else written

    def assign_sub(
        self, delta: Any, use_locking: bool | None = None, name: str | None = None, read_value: bool = True
    ) -> Any:
        delta = convert_to_tensor(delta, dtype=self._dtype)
        written = resource.assign_sub_variable_op(self._handle, delta, name)
        return self._lazy_read(written) if read_value else written

    def _lazy_read(self, op: Operation) -> UnreadVariable:
        return UnreadVariable(self, op)

    def _as_graph_element(self) -> Tensor:
        return self._graph_element

    def _ref(self) -> Tensor:
        return self._handle

    def _as_value(self) -> Tensor:
        return self.value()

    def _snapshot_tensor(self) -> Tensor:
        return self._graph_element if self._cached_value is None else self._cached_value


KINDS[True] = ResourceVariable


class UnreadVariable(ResourceVariable):
    """A variable as it is after `op` has changed it: what is read from it is read after that.

    Args:
        variable: the variable that `op` changes.
    """

    def __init__(self, variable: ResourceVariable, op: Operation) -> None:
        self.__dict__.update(variable.__dict__)
        self._cached_value = None
        self._parent_op = op
        self._graph_element = self._read()

    @property
    def name(self) -> str:
        return self._parent_op.name

    @property
    def _shared_name(self) -> str:
        return self._handle_name

    @property
    def op(self) -> Operation:
        """The operation that changes the variable."""
        return self._parent_op

    def _read(self) -> Tensor:
        with control_dependencies([self._parent_op]):
            return super()._read()

    def read_value(self) -> Tensor:
        return self._read()

    def assign(self, *args: Any, **kwargs: Any) -> Any:
        with control_dependencies([self._parent_op]):
            return super().assign(*args, **kwargs)

    def assign_add(self, *args: Any, **kwargs: Any) -> Any:
        with control_dependencies([self._parent_op]):
            return super().assign_add(*args, **kwargs)

    def assign_sub(self, *args: Any, **kwargs: Any) -> Any:
        with control_dependencies([self._parent_op]):
            return super().assign_sub(*args, **kwargs)


def _to_tensor(value: ResourceVariable, dtype: Any, name: str | None, as_ref: bool) -> Any:
    check_type(value, dtype)
    return value.handle if as_ref else value.value()


register_tensor_conversion_function(ResourceVariable, _to_tensor)
