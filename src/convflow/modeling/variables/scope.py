"""Variables by name (API: tf.get_variable, tf.variable_scope): made once, shared afterwards."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from convflow.core import dtypes
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.scopes import get_default_graph, graph_of, name_scope
from convflow.modeling.variables.getter import true_getter
from convflow.modeling.variables.store import VariableStore, variable_store
from convflow.modeling.variables.variable import Variable, VariableAggregation, VariableSynchronization


class _ReuseMode(enum.Enum):
    """Whether `get_variable` returns existing variables: here, whenever one exists."""

    AUTO_REUSE = 1


AUTO_REUSE = _ReuseMode.AUTO_REUSE


class VariableScope:
    """The defaults that `get_variable` takes from the scopes around it (API: tf.VariableScope).

    Args:
        reuse: True if variables must exist, False or None if they must not, AUTO_REUSE if either.
        name: what stands before the names of variables.
        initializer, regularizer, constraint, partitioner, custom_getter: of variables that name none of their own.
        caching_device: where reads of variables are kept.
        name_scope: the scope of nodes that it was opened with first.
        dtype: of variables that name none; float32 by default.
        use_resource: whether variables are known by handles.
    """

    def __init__(
        self,
        reuse: Any,
        name: str = "",
        initializer: Any = None,
        regularizer: Any = None,
        caching_device: Any = None,
        partitioner: Any = None,
        custom_getter: Any = None,
        name_scope: str = "",
        dtype: Any = dtypes.float32,
        use_resource: Any = None,
        constraint: Any = None,
    ) -> None:
        self._name = name
        self._reuse = reuse
        self._initializer = initializer
        self._regularizer = regularizer
        self._caching_device = caching_device
        self._partitioner = partitioner
        self._custom_getter = custom_getter
        self._name_scope = name_scope
        self._dtype = dtype
        self._use_resource = use_resource
        self._constraint = constraint

    @property
    def name(self) -> str:
        return self._name

    @property
    def original_name_scope(self) -> str:
        return self._name_scope

    @property
    def reuse(self) -> Any:
        return self._reuse

    @property
    def initializer(self) -> Any:
        return self._initializer

    @property
    def regularizer(self) -> Any:
        return self._regularizer

    @property
    def caching_device(self) -> Any:
        return self._caching_device

    @property
    def partitioner(self) -> Any:
        return self._partitioner

    @property
    def custom_getter(self) -> Any:
        return self._custom_getter

    @property
    def dtype(self) -> Any:
        return self._dtype

    @property
    def use_resource(self) -> Any:
        return self._use_resource

    @property
    def constraint(self) -> Any:
        return self._constraint

    def reuse_variables(self) -> None:
        """From here on, `get_variable` in this scope returns existing variables only."""
        self._reuse = True

    def set_initializer(self, initializer: Any) -> None:
        self._initializer = initializer

    def set_regularizer(self, regularizer: Any) -> None:
        self._regularizer = regularizer

    def set_caching_device(self, caching_device: Any) -> None:
        self._caching_device = caching_device

    def set_partitioner(self, partitioner: Any) -> None:
        self._partitioner = partitioner

    def set_custom_getter(self, custom_getter: Any) -> None:
        self._custom_getter = custom_getter

    def set_dtype(self, dtype: Any) -> None:
        self._dtype = dtype

    def set_use_resource(self, use_resource: Any) -> None:
        self._use_resource = use_resource

    def get_collection(self, name: Any) -> list[Any]:
        """The items of a collection that belong to this scope."""
        return get_default_graph().get_collection(name, self._name + "/" if self._name else "")

    def trainable_variables(self) -> list[Variable]:
        return self.get_collection(GraphKeys.TRAINABLE_VARIABLES)

    def global_variables(self) -> list[Variable]:
        return self.get_collection(GraphKeys.GLOBAL_VARIABLES)

    def local_variables(self) -> list[Variable]:
        return self.get_collection(GraphKeys.LOCAL_VARIABLES)

    def get_variable(self, name: str, *args: Any, **kwargs: Any) -> Variable:
        """`tf.get_variable` with this scope's defaults."""
        return _get_variable(self, name, *args, **kwargs)


def get_variable_scope() -> VariableScope:
    """The innermost variable scope (API: tf.get_variable_scope)."""
    store = variable_store()
    if store.current is None:
        store.current = VariableScope(False)
    return store.current


def get_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool | None = None,
    collections: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    validate_shape: bool = True,
    use_resource: Any = None,
    custom_getter: Any = None,
    constraint: Any = None,
    synchronization: Any = VariableSynchronization.AUTO,
    aggregation: Any = VariableAggregation.NONE,
) -> Variable:
    """The variable `name` of the current scope, made or shared as the scope's `reuse` says (API: tf.get_variable).

    Args:
        name: put after the scope's name and a slash.
        shape: required unless `initializer` is a tensor, which decides it.
        dtype: float32 unless the scope says otherwise.
        initializer: an initializer, a function of shape and dtype, a tensor or an array; Glorot uniform for floating
            types and zeros for the others if neither this nor the scope says.
        regularizer: a function of the variable whose result joins the REGULARIZATION_LOSSES.
        trainable: whether optimizers change it by default; None is True, unless `synchronization` is ON_READ.
        collections: graph collections to list it in; GLOBAL_VARIABLES by default.
        caching_device, partitioner, custom_getter, use_resource, constraint: the scope's by default; see
            `tf.variable_scope`.
        validate_shape: whether its shape must be known.
        synchronization, aggregation: of copies on several devices; there is one device.

    Returns:
        the variable, or a `PartitionedVariable` where a partitioner cuts it.

    Raises:
        ValueError: the variable exists and may not be shared, or does not exist and may not be made, or has
            another shape or type; the message says where it was made.
    """
    return get_variable_scope().get_variable(
        name, shape, dtype, initializer, regularizer, trainable, collections, caching_device, partitioner,
        validate_shape, use_resource, custom_getter, constraint, synchronization, aggregation,
    )  # fmt: skip


def get_local_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool | None = False,
    collections: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    validate_shape: bool = True,
    use_resource: Any = None,
    custom_getter: Any = None,
    constraint: Any = None,
    synchronization: Any = VariableSynchronization.AUTO,
    aggregation: Any = VariableAggregation.NONE,
) -> Variable:
    """`get_variable` for a local variable, which is never trained (API: tf.get_local_variable).

    Args:
        name: put after the scope's name and a slash.
        shape, dtype, initializer, regularizer: see `tf.get_variable`.
        trainable: without effect: it is not.
        collections: further graph collections; it is always among the LOCAL_VARIABLES.
        caching_device, partitioner, validate_shape, use_resource, custom_getter, constraint, synchronization,
        aggregation:
            see `tf.get_variable`.

    Returns:
        the variable.

    Raises:
        ValueError: it exists and may not be shared, or does not and may not be made, or has another shape or type.
    """
    collections = [*(collections or []), GraphKeys.LOCAL_VARIABLES]
    return get_variable(
        name, shape, dtype, initializer, regularizer, False, collections, caching_device, partitioner,
        validate_shape, use_resource, custom_getter, constraint, synchronization, aggregation,
    )  # fmt: skip


def _get_variable(
    scope: VariableScope,
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool | None = None,
    collections: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    validate_shape: bool = True,
    use_resource: Any = None,
    custom_getter: Any = None,
    constraint: Any = None,
    synchronization: Any = VariableSynchronization.AUTO,
    aggregation: Any = VariableAggregation.NONE,
) -> Variable:
    arguments = {
        "name": f"{scope.name}/{name}" if scope.name else name,
        "shape": shape,
        "dtype": dtype if dtype is not None else scope.dtype,
        "initializer": initializer if initializer is not None else scope.initializer,
        "regularizer": regularizer if regularizer is not None else scope.regularizer,
        "reuse": scope.reuse,
        "trainable": trainable,
        "collections": collections,
        "caching_device": caching_device if caching_device is not None else scope.caching_device,
        "partitioner": partitioner if partitioner is not None else scope.partitioner,
        "validate_shape": validate_shape,
        "use_resource": use_resource if use_resource is not None else scope.use_resource,
        "constraint": constraint if constraint is not None else scope.constraint,
        "synchronization": synchronization,
        "aggregation": aggregation,
    }
    getter = custom_getter if custom_getter is not None else scope.custom_getter
    # Names are the scope's alone: the name scope around must not show in them.
    with name_scope(None):
        _check_type(initializer, dtype)
        return true_getter(**arguments) if getter is None else getter(true_getter, **arguments)


def _check_type(initializer: Any, dtype: Any) -> None:
    """ValueError unless a given first value has the type asked for. Leaves a constant behind, as TensorFlow does."""
    if dtype is None or initializer is None or callable(initializer):
        return
    own = convert_to_tensor(initializer).dtype.base_dtype
    if own is not dtypes.as_dtype(dtype).base_dtype:
        raise ValueError(
            f"Initializer type '{own.name}' and explicit dtype '{dtypes.as_dtype(dtype).name}' don't match. "
            "Leave dtype out, or convert the initial value."
        )


class variable_scope:
    """Prefix the names of variables and say whether they are shared (API: tf.variable_scope).

    Args:
        name_or_scope: a name, or a scope opened before to open it again.
        default_name: made unique and used if `name_or_scope` is None; such a scope never shares variables.
        reuse: True to share only, tf.AUTO_REUSE to share what exists, None or False to take over the outer scope's.
        auxiliary_name_scope: whether the scope also prefixes the names of nodes.

    The other arguments are defaults for `get_variable` inside.
    """

    def __init__(
        self,
        name_or_scope: Any,
        default_name: str | None = None,
        values: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        caching_device: Any = None,
        partitioner: Any = None,
        custom_getter: Any = None,
        reuse: Any = None,
        dtype: Any = None,
        use_resource: Any = None,
        constraint: Any = None,
        auxiliary_name_scope: bool = True,
    ) -> None:
        if default_name is None and name_or_scope is None:
            raise TypeError("If default_name is None then name_or_scope is required")
        if not isinstance(auxiliary_name_scope, bool):
            raise TypeError(f"The auxiliary_name_scope must be `True` or `False`, while get {auxiliary_name_scope}")
        if reuse not in (None, True, False, AUTO_REUSE):
            raise ValueError(f"reuse must be None, True, False or tf.AUTO_REUSE, got {reuse!r}")
        if reuse is True and name_or_scope is None:
            raise ValueError("reuse=True cannot be used without a name_or_scope")
        self._name_or_scope = name_or_scope
        self._default_name = default_name
        self._values = values
        self._reuse = reuse
        self._auxiliary_name_scope = auxiliary_name_scope
        self._settings = {
            "initializer": initializer,
            "regularizer": regularizer,
            "caching_device": caching_device,
            "partitioner": partitioner,
            "custom_getter": custom_getter,
            "dtype": dtype,
            "use_resource": use_resource,
            "constraint": constraint,
        }
        self._contexts: list[Any] = []

    def __enter__(self) -> VariableScope:
        context = self._opened()
        scope = context.__enter__()
        self._contexts.append(context)
        return scope

    def __exit__(self, *exc: Any) -> Any:
        return self._contexts.pop().__exit__(*exc)

    @contextmanager
    def _opened(self) -> Iterator[VariableScope]:
        graph = graph_of(self._values or ())
        with graph.as_default():
            store = variable_store(graph)
            outer = get_variable_scope()
            with self._name_scope(store) as node_prefix:
                scope = self._new_scope(store, outer, node_prefix)
                if isinstance(self._name_or_scope, VariableScope):
                    counts = dict(store.scope_counts)
                else:
                    counts = None
                    store.open_subscope(scope.name)
                store.current = scope
                try:
                    yield scope
                finally:
                    store.current = outer
                    store.close_subscopes(scope.name)
                    if counts is not None:
                        store.scope_counts = counts

    def _name_scope(self, store: VariableStore) -> Any:
        if not self._auxiliary_name_scope:
            return nullcontext(None)
        if isinstance(self._name_or_scope, VariableScope):
            return name_scope(self._name_or_scope.name.split("/")[-1]) if self._name_or_scope.name else nullcontext("")
        name = self._name_or_scope
        if name is None:
            return name_scope(self._default_name)
        return name_scope(name) if name else nullcontext("")

    def _new_scope(self, store: VariableStore, outer: VariableScope, node_prefix: str | None) -> VariableScope:
        base = self._name_or_scope if isinstance(self._name_or_scope, VariableScope) else outer
        if isinstance(self._name_or_scope, VariableScope):
            name = base.name
            node_prefix = base.original_name_scope
        else:
            name = self._full_name(store, outer)
            if node_prefix is None:
                node_prefix = get_default_graph().get_name_scope()
        scope = VariableScope(self._inherited_reuse(base, outer), name=name, name_scope=node_prefix)
        for setting, value in self._settings.items():
            inherited = getattr(base, f"_{setting}")
            setattr(scope, f"_{setting}", _combined(setting, value, inherited))
        return scope

    def _full_name(self, store: VariableStore, outer: VariableScope) -> str:
        prefix = outer.name + "/" if outer.name else ""
        if self._name_or_scope is not None:
            return prefix + self._name_or_scope
        # A scope by default name is new each time it is opened.
        name = prefix + str(self._default_name)
        if store.count(name) == 0:
            return name
        number = 1
        while store.count(f"{name}_{number}") > 0:
            number += 1
        return f"{name}_{number}"

    def _inherited_reuse(self, base: VariableScope, outer: VariableScope) -> Any:
        if self._reuse:
            return self._reuse
        if self._name_or_scope is None:
            return False if self._reuse is False or not outer.reuse else outer.reuse
        return base.reuse if isinstance(self._name_or_scope, VariableScope) else outer.reuse


def _combined(setting: str, value: Any, inherited: Any) -> Any:
    if setting == "custom_getter" and value is not None and inherited is not None:
        # The inner getter calls the outer one for the variable.
        return lambda getter, *args, **kwargs: value(
            lambda *a, **k: inherited(getter, *a, **k), *args, **kwargs
        )  # fmt: skip
    return inherited if value is None else value


def variable_op_scope(values: Any, name_or_scope: Any, default_name: Any = None, **kwargs: Any) -> variable_scope:
    """Deprecated order of arguments (API: tf.variable_op_scope).

    Args:
        values: tensors of the graph.
        name_or_scope, default_name, kwargs: the arguments of `tf.variable_scope`.

    Returns:
        a context manager of a `VariableScope`.
    """
    return variable_scope(name_or_scope, default_name, values, **kwargs)


def no_regularizer(_: Any) -> None:
    """Says of a variable that the scope's regularizer does not apply (API: tf.no_regularizer).

    Args:
        _: the variable; it is not looked at.
    """


def create_partitioned_variables(
    shape: Any,
    slicing: Any,
    initializer: Any,
    dtype: Any = dtypes.float32,
    trainable: bool = True,
    collections: Any = None,
    name: str | None = None,
    reuse: Any = None,
) -> list[Variable]:
    """The parts of a variable that is cut as `slicing` says (API: tf.create_partitioned_variables).

    Args:
        slicing: how many parts along each axis; only one axis may have more than one.
        name: of a variable scope for them, "PartitionedVariable" by default.
    """
    if len(shape) != len(slicing):
        raise ValueError(
            f"The 'shape' and 'slicing' of a new Variable must have same length: shape: {shape}, slicing: {slicing}."
        )
    with variable_scope(name, "PartitionedVariable", reuse=reuse), name_scope(None):
        whole = true_getter(
            get_variable_scope().name, shape, dtype, initializer, reuse=get_variable_scope().reuse, trainable=trainable,
            collections=collections, partitioner=lambda **_: list(slicing),
        )  # fmt: skip
        return list(whole)
