"""Tables that are filled once (API: tf.lookup.StaticHashTable, tf.contrib.lookup.HashTable)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.modeling.lookup.initializers import TableInitializerBase
from convflow.ops import lookup_nodes  # noqa: F401  (registers the nodes)


class LookupInterface:
    """A table from keys of one type to values of another.

    Args:
        key_dtype, value_dtype: the types.
    """

    def __init__(self, key_dtype: Any, value_dtype: Any) -> None:
        self._key_dtype = dtypes.as_dtype(key_dtype)
        self._value_dtype = dtypes.as_dtype(value_dtype)

    @property
    def key_dtype(self) -> dtypes.DType:
        """The type of the keys."""
        return self._key_dtype

    @property
    def value_dtype(self) -> dtypes.DType:
        """The type of the values."""
        return self._value_dtype

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The values of keys."""
        raise NotImplementedError(f"{type(self).__name__}.lookup")

    def __getitem__(self, keys: Any) -> Any:
        return self.lookup(keys)

    def _checked_keys(self, keys: Any) -> Any:
        keys = keys if isinstance(keys, SparseTensor) else convert_to_tensor(keys)
        if keys.dtype.base_dtype != self._key_dtype:
            raise TypeError(
                f"Signature mismatch. Keys must be dtype {self._key_dtype.name}, got {keys.dtype.name}. Use tf.cast."
            )
        return keys


class TableOfHandle(LookupInterface):
    """A table that a node makes and a handle stands for."""

    _handle: Tensor
    _default_value: Tensor

    @property
    def resource_handle(self) -> Tensor:
        """The table's handle."""
        return self._handle

    @property
    def name(self) -> str:
        """The name of the node, without its scopes."""
        return self._handle.op.name.rpartition("/")[2]

    def size(self, name: str | None = None) -> Tensor:
        """How many keys there are: an int64 scalar."""
        with name_scope(name, f"{self.name}_Size", [self._handle]):
            return apply_op("LookupTableSizeV2", table_handle=self._handle)

    def _found(self, keys: Any, name: str | None, what: str) -> Any:
        keys = self._checked_keys(keys)
        values = keys.values if isinstance(keys, SparseTensor) else keys
        with name_scope(name, f"{self.name}_{what}", [self._handle, values, self._default_value]):
            found = apply_op(
                "LookupTableFindV2", table_handle=self._handle, keys=values, default_value=self._default_value
            )
        return SparseTensor(keys.indices, found, keys.dense_shape) if isinstance(keys, SparseTensor) else found

    def _exported(self, name: str | None, what: str) -> tuple[Tensor, Tensor]:
        with name_scope(name, f"{self.name}_{what}", [self._handle]):
            keys, values = apply_op(
                "LookupTableExportV2", table_handle=self._handle, Tkeys=self._key_dtype, Tvalues=self._value_dtype
            )
        return keys, values


class StaticHashTable(TableOfHandle):
    """A table that its initializer fills once (API: tf.lookup.StaticHashTable, tf.contrib.lookup.HashTable).

    Args:
        initializer: gives keys and values.
        default_value: of keys that are not there.
        name: of the node, "hash_table" by default.
        shared_name: tables of one name are one; the initializer's by default.

    Raises:
        TypeError: keys of another type are looked up.
        FailedPreconditionError: (when run) the initializer has not been run.
    """

    def __init__(
        self,
        initializer: TableInitializerBase,
        default_value: Any,
        shared_name: str | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(initializer.key_dtype, initializer.value_dtype)
        self._default_value = convert_to_tensor(default_value, dtype=self._value_dtype)
        if self._default_value.shape.rank not in (None, 0):
            raise ValueError(f"default_value must be a scalar, got shape {self._default_value.shape}.")
        self._handle = apply_op(
            "HashTableV2",
            key_dtype=self._key_dtype,
            value_dtype=self._value_dtype,
            shared_name=shared_name or initializer.shared_name,
            name=name or "hash_table",
        )
        self._init_op = initializer.initialize(self)

    @property
    def initializer(self) -> Operation:
        """The operation that fills the table."""
        return self._init_op

    @property
    def init(self) -> Operation:
        """The same, by its former name."""
        return self._init_op

    @property
    def default_value(self) -> Tensor:
        """The value of keys that are not there."""
        return self._default_value

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The values of keys.

        Args:
            keys: a tensor of any shape or a sparse one, of the keys' type.

        Returns:
            a tensor of that shape, or a sparse one.
        """
        return self._found(keys, name, "Lookup")

    def export(self, name: str | None = None) -> tuple[Tensor, Tensor]:
        """All keys and their values: two vectors."""
        keys, values = self._exported(name, "Export")
        keys.set_shape([None])
        values.set_shape([None])
        return keys, values


class HashTable(StaticHashTable):
    """`StaticHashTable` by its name in tf.contrib.lookup, with the arguments of that time."""
