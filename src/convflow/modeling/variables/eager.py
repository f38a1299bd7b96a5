"""Variables of eager mode (API: tf.contrib.eager.Variable): they have a value as long as a program holds them."""

from __future__ import annotations

from typing import Any

import numpy as np

from convflow.core.shape import as_shape
from convflow.graph.apply import apply_op
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor, register_tensor_conversion_function
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import add_to_collection, executing_eagerly, init_scope, name_scope
from convflow.modeling.variables.base import KINDS, VariableAggregation, VariableSynchronization
from convflow.modeling.variables.reference import check_type
from convflow.modeling.variables.resource import ResourceVariable, UnreadVariable
from convflow.ops import resource


class EagerVariable(ResourceVariable):
    """A variable whose handle holds its value. It is in no collection, and a name need not be its own.

    Functions that are traced (`tfe.defun`, `Dataset.map`) may read and write it: they capture the handle.
    """

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        collections: Any = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        dtype: Any = None,
        variable_def: Any = None,
        import_scope: str | None = None,
        constraint: Any = None,
        expected_shape: Any = None,
        use_resource: bool | None = None,
        synchronization: Any = VariableSynchronization.AUTO,
        aggregation: Any = VariableAggregation.NONE,
        shape: Any = None,
    ) -> None:
        if variable_def is not None:
            raise ValueError(
                "Creating Variable from variable_def is not supported when eager execution is enabled: the nodes it "
                "names are in no graph. Import them inside `with tf.Graph().as_default():`."
            )
        if initial_value is None:
            raise ValueError("initial_value must be specified.")
        self._validate_shape = validate_shape
        self._cached_value = None
        self._initial_value = None
        self._settings(trainable, synchronization, aggregation, constraint)
        with init_scope():
            self._make(initial_value, name, dtype, shape)
            if GraphKeys.GLOBAL_STEP in (collections or ()):
                add_to_collection(GraphKeys.GLOBAL_STEP, self)

    def _make(self, initial_value: Any, name: str | None, dtype: Any, shape: Any) -> None:
        with name_scope(name, "Variable") as scope:
            self._handle_name = scope[:-1]
            value = initial_value() if callable(initial_value) else initial_value
            value = convert_to_tensor(value, name="initial_value", dtype=dtype)
        self._dtype = value.dtype.base_dtype
        self._shape = value.shape if shape is None else as_shape(shape)
        self._handle = resource.var_handle_op(self._dtype, self._shape, shared_name=self._handle_name)
        resource.assign_variable_op(self._handle, value)

    @property
    def name(self) -> str:
        return f"{self._handle_name}:0"

    @property
    def _shared_name(self) -> str:
        return self._handle_name

    @property
    def device(self) -> str:
        return self._handle.device

    # The value

    def _lazy_read(self, op: Operation) -> Any:
        return self if executing_eagerly() else _UnreadEagerVariable(self, op)

    def numpy(self) -> Any:
        """The value as an array of its own."""
        if not executing_eagerly():
            raise NotImplementedError("numpy() is only available when eager execution is enabled.")
        return self.value().numpy()  # type: ignore[attr-defined]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self.numpy(), dtype=dtype)

    def __int__(self) -> int:
        return int(self.value())  # type: ignore[call-overload]

    def __float__(self) -> float:
        return float(self.value())  # type: ignore[arg-type]

    def __bool__(self) -> bool:
        return bool(self.value())

    def __iter__(self) -> Any:
        raise TypeError("'Variable' object is not iterable: iterate over variable.value().")

    def __format__(self, format_spec: str) -> str:
        return format(self.value(), format_spec) if format_spec else str(self)

    def count_up_to(self, limit: int) -> Tensor:
        return apply_op("ResourceCountUpTo", resource=self._handle, limit=limit, T=self._dtype)

    def load(self, value: Any, session: Any = None) -> None:
        self.assign(value)

    def __copy__(self) -> EagerVariable:
        return self

    def __deepcopy__(self, memo: Any) -> EagerVariable:
        copied = EagerVariable(
            self.read_value(), trainable=self._trainable, constraint=self._constraint, dtype=self._dtype,
            name=f"{self._handle_name}_copy",
        )  # fmt: skip
        memo[id(self)] = copied
        return copied

    def __repr__(self) -> str:
        text = self.value()._text() if executing_eagerly() else "<inside of a function>"  # type: ignore[attr-defined]
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}, numpy={text}>"

    # What only variables of a graph have

    @property
    def op(self) -> Operation:
        return self._handle.op

    @property
    def initializer(self) -> Any:
        """None: the variable has its value already."""
        return None

    @property
    def create(self) -> Any:
        """RuntimeError: no operation gives the variable its value."""
        raise RuntimeError("Calling create in EAGER mode not supported: the variable has its value.")

    @property
    def initial_value(self) -> Any:
        raise RuntimeError("initial_value not supported in EAGER mode: read the variable's value.")

    def initialized_value(self) -> Tensor:
        return self.read_value()

    def is_initialized(self, name: str | None = None) -> Tensor:
        return resource.var_is_initialized_op(self._handle, name)

    def eval(self, session: Any = None) -> Any:
        raise RuntimeError("Trying to eval in EAGER mode: use .numpy().")

    def to_proto(self, export_scope: str | None = None) -> Any:
        raise RuntimeError(
            "to_proto not supported in EAGER mode: keep the value with tfe.Saver or tf.train.Checkpoint."
        )

    def _as_graph_element(self) -> Tensor:
        return self.value()


class _UnreadEagerVariable(UnreadVariable, EagerVariable):
    """A variable that a traced function has changed."""


KINDS["eager"] = EagerVariable


def _to_tensor(value: EagerVariable, dtype: Any, name: str | None, as_ref: bool) -> Any:
    check_type(value, dtype)
    return value.handle if as_ref else value.value()


# Before that of the class it comes from, which TensorFlow's users may not tell apart.
register_tensor_conversion_function(EagerVariable, _to_tensor, 99)
