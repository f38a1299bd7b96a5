"""Tables that change while a program runs (API: tf.contrib.lookup.MutableHashTable, MutableDenseHashTable)."""

from __future__ import annotations

from typing import Any

from convflow.core import logging
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.lookup.tables import TableOfHandle
from convflow.ops import lookup_nodes  # noqa: F401  (registers the nodes)


class _MutableTable(TableOfHandle):
    def _told_of_checkpoints(self, checkpoint: bool) -> None:
        if not checkpoint:
            return
        # The node from which TensorFlow's saver takes the contents.
        self.export()
        logging.warning(
            "The contents of the table %s are not written to checkpoints: fill it again after restoring, and pass "
            "checkpoint=False to say so.",
            self.name,
        )

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
        checkpoint: accepted; contents are not written to checkpoints, which a warning says.
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
        self._told_of_checkpoints(checkpoint)


class MutableDenseHashTable(_MutableTable):
    """`MutableHashTable` with two keys that are never inserted (API: tf.contrib.lookup.MutableDenseHashTable).

    Args:
        key_dtype, value_dtype: the types.
        default_value: of keys that are not there: a scalar, or a tensor, which the values are then too.
        empty_key, deleted_key: two different keys that mark free places.
        initial_num_buckets: a power of two, how many places there are at first.
        shared_name: tables of one name are one.
        name: of the node.
        checkpoint: accepted; contents are not written to checkpoints, which a warning says.
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
        self._told_of_checkpoints(checkpoint)


class DenseHashTable(MutableDenseHashTable):
    """`MutableHashTable` with two keys that are never inserted (API: tf.lookup.experimental.DenseHashTable).

    Args:
        key_dtype, value_dtype: the types.
        default_value: of keys that are not there: a scalar, or a tensor, which the values are then too.
        empty_key, deleted_key: two different keys that mark free places.
        initial_num_buckets: a power of two, how many places there are at first.
        name: of the node.
        checkpoint: accepted; contents are not written to checkpoints, which a warning says.
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
