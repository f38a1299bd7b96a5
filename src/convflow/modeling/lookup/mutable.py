"""Tables that change while a program runs (API: tf.contrib.lookup.MutableHashTable, MutableDenseHashTable)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.graph.apply import apply_op
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import add_to_collection, name_scope
from convflow.modeling.lookup.tables import TableOfHandle
from convflow.modeling.saveable_object import SaveableObject, SaveSpec
from convflow.ops import lookup_nodes  # noqa: F401  (registers the nodes)


class TableSaveable(SaveableObject):
    """Saves what a table contains, as its keys and its values.

    Args:
        table: what it saves.
        name: the part of the names in the checkpoint that comes before "-keys" and "-values".
    """

    def __init__(self, table: _MutableTable, name: str) -> None:
        self._table = table
        parts = zip(("keys", "values"), table.export(), strict=True)
        super().__init__(
            table.resource_handle, [SaveSpec(tensor, "", f"{name}-{part}") for part, tensor in parts], name
        )

    def restore(self, restored_tensors: Sequence[Tensor], restored_shapes: Any) -> Operation:
        """The node that makes the table contain just these keys and values.

        Args:
            restored_tensors: the keys and the values.
            restored_shapes: of no use.
        """
        keys, values = restored_tensors
        with name_scope(f"{self.name}_table_restore"):
            return apply_op("LookupTableImportV2", table_handle=self._table.resource_handle, keys=keys, values=values)


class _MutableTable(TableOfHandle):
    def _save_with_checkpoints(self, name: str) -> None:
        add_to_collection(GraphKeys.SAVEABLE_OBJECTS, TableSaveable(self, name))

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The values of keys, the default value of those that are not there.

        Args:
            keys: a tensor of any shape, of the keys' type.

        Returns:
            a tensor of that shape and then that of a value.

        Raises:
            TypeError: keys of another type.
        """
        return self._found(keys, name, "lookup_table_find")

    def insert(self, keys: Any, values: Any, name: str | None = None) -> Operation:
        """An operation that gives each key its value, instead of the one that it has.

        Raises:
            TypeError: keys or values of another type.
        """
        keys = self._checked_keys(keys)
        with name_scope(name, f"{self.name}_lookup_table_insert", [self._handle, keys, values]):
            given = convert_to_tensor(values, dtype=self._value_dtype, name="values")
            return apply_op("LookupTableInsertV2", table_handle=self._handle, keys=keys, values=given)

    def remove(self, keys: Any, name: str | None = None) -> Operation:
        """An operation that takes keys out; those that are not there do not matter. TypeError for another type."""
        keys = self._checked_keys(keys)
        with name_scope(name, f"{self.name}_lookup_table_remove", [self._handle, keys]):
            return apply_op("LookupTableRemoveV2", table_handle=self._handle, keys=keys)

    def export(self, name: str | None = None) -> tuple[Tensor, Tensor]:
        """All keys and their values, in the same order."""
        return self._exported(name, "lookup_table_export_values")


class MutableHashTable(_MutableTable):
    """A table whose keys are inserted and removed by operations (API: tf.contrib.lookup.MutableHashTable).

    Args:
        key_dtype, value_dtype: the types.
        default_value: of keys that are not there: a scalar, or a vector, which the values are then too.
        shared_name: tables of one name are one.
        name: of the node.
        checkpoint: whether a `tf.train.Saver` saves its contents, under `name` without scopes, and restores them.
    """

    def __init__(
        self,
        key_dtype: Any,
        value_dtype: Any,
        default_value: Any,
        shared_name: str | None = None,
        name: str = "MutableHashTable",
        checkpoint: bool = True,
    ) -> None:
        super().__init__(key_dtype, value_dtype)
        self._default_value = convert_to_tensor(default_value, dtype=self._value_dtype)
        is_scalar = self._default_value.shape.rank == 0
        attrs: dict[str, Any] = {"key_dtype": self._key_dtype, "value_dtype": self._value_dtype}
        if not is_scalar:
            attrs["value_shape"] = self._default_value.shape
        self._handle = apply_op(
            "MutableHashTableV2" if is_scalar else "MutableHashTableOfTensorsV2",
            shared_name=shared_name or "",
            use_node_name_sharing=shared_name is None,
            name=name,
            **attrs,
        )
        if checkpoint:
            self._save_with_checkpoints(name)


class MutableDenseHashTable(_MutableTable):
    """`MutableHashTable` with two keys that are never inserted (API: tf.contrib.lookup.MutableDenseHashTable).

    Args:
        key_dtype, value_dtype: the types.
        default_value: of keys that are not there: a scalar, or a tensor, which the values are then too.
        empty_key, deleted_key: two different keys that mark free places.
        initial_num_buckets: a power of two, how many places there are at first.
        shared_name: tables of one name are one.
        name: of the node.
        checkpoint: whether a `tf.train.Saver` saves its contents, under `name` without scopes, and restores them.
    """

    def __init__(
        self,
        key_dtype: Any,
        value_dtype: Any,
        default_value: Any,
        empty_key: Any,
        deleted_key: Any,
        initial_num_buckets: int | None = None,
        shared_name: str | None = None,
        name: str = "MutableDenseHashTable",
        checkpoint: bool = True,
    ) -> None:
        super().__init__(key_dtype, value_dtype)
        self._default_value = convert_to_tensor(default_value, dtype=self._value_dtype, name="default_value")
        reserved = {
            label: convert_to_tensor(key, dtype=self._key_dtype, name=label)
            for label, key in (("empty_key", empty_key), ("deleted_key", deleted_key))
        }
        self._handle = apply_op(
            "MutableDenseHashTableV2",
            **reserved,
            shared_name=shared_name or "",
            use_node_name_sharing=shared_name is None,
            value_dtype=self._value_dtype,
            value_shape=self._default_value.shape,
            initial_num_buckets=initial_num_buckets,
            name=name,
        )
        if checkpoint:
            self._save_with_checkpoints(name)


class DenseHashTable(MutableDenseHashTable):
    """`MutableHashTable` with two keys that are never inserted (API: tf.lookup.experimental.DenseHashTable).

    Args:
        key_dtype, value_dtype: the types.
        default_value: of keys that are not there: a scalar, or a tensor, which the values are then too.
        empty_key, deleted_key: two different keys that mark free places.
        initial_num_buckets: a power of two, how many places there are at first.
        name: of the node.
        checkpoint: whether a `tf.train.Saver` saves its contents, under `name` without scopes, and restores them.
    """

    def __init__(
        self,
        key_dtype: Any,
        value_dtype: Any,
        default_value: Any,
        empty_key: Any,
        deleted_key: Any,
        initial_num_buckets: int | None = None,
        name: str = "MutableDenseHashTable",
        checkpoint: bool = True,
    ) -> None:
        super().__init__(
            key_dtype,
            value_dtype,
            default_value,
            empty_key,
            deleted_key,
            initial_num_buckets,
            name=name,
            checkpoint=checkpoint,
        )

    def insert_or_assign(self, keys: Any, values: Any, name: str | None = None) -> Operation:
        """`insert` by another name.

        Args:
            keys: a tensor of any shape, of the keys' type.
            values: a tensor of that shape and then that of a value.
            name: of the operation.
        """
        return self.insert(keys, values, name)

    def erase(self, keys: Any, name: str | None = None) -> Operation:
        """`remove` by another name.

        Args:
            keys: a tensor of any shape, of the keys' type.
            name: of the operation.
        """
        return self.remove(keys, name)
