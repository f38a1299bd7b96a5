"""What fills a table (API: tf.lookup.KeyValueTensorInitializer, tf.lookup.TextFileInitializer)."""

from __future__ import annotations

import uuid
from typing import Any

from convflow.core import dtypes
from convflow.core.compat import as_str_any
from convflow.graph.apply import apply_op
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation
from convflow.graph.scopes import add_to_collection, get_collection, name_scope
from convflow.ops.array.constant import constant
from convflow.ops.array.identity import group, no_op
from convflow.ops.lookup_files import LINE_NUMBER, WHOLE_LINE


class TextFileIndex:
    """Where in a line keys and values are, beside columns by number (API: tf.lookup.TextFileIndex)."""

    WHOLE_LINE = WHOLE_LINE
    LINE_NUMBER = LINE_NUMBER


class TableInitializerBase:
    """Fills a table with keys and values of two types (API: tf.contrib.lookup.TableInitializerBase).

    Args:
        key_dtype, value_dtype: the types, or their names.
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

    @property
    def shared_name(self) -> str:
        """Under which tables with the same entries are one."""
        return f"hash_table_{uuid.uuid4()}"

    def initialize(self, table: Any) -> Operation:
        """The operation that fills a table; it joins the TABLE_INITIALIZERS."""
        raise NotImplementedError(f"{type(self).__name__}.initialize")

    def _check(self, table: Any) -> None:
        for what in ("key_dtype", "value_dtype"):
            if getattr(table, what) != getattr(self, what):
                raise TypeError(
                    f"Invalid {what.removesuffix('_dtype')} dtype, expected {getattr(table, what).name} of the table "
                    f"but the initializer has {getattr(self, what).name}. Give both the same types."
                )


class KeyValueTensorInitializer(TableInitializerBase):
    """Keys and values from two tensors (API: tf.lookup.KeyValueTensorInitializer).

    Args:
        keys, values: of one shape.
        key_dtype, value_dtype: their types, if they are no tensors.
        name: of the operation's scope.
    """

    def __init__(
        self, keys: Any, values: Any, key_dtype: Any = None, value_dtype: Any = None, name: str | None = None
    ) -> None:
        self._keys = convert_to_tensor(keys, dtype=key_dtype, name="keys")
        self._values = convert_to_tensor(values, dtype=value_dtype, name="values")
        self._name = name if name is not None else "key_value_init"
        super().__init__(self._keys.dtype, self._values.dtype)

    def initialize(self, table: Any) -> Operation:
        self._check(table)
        with name_scope(self._name, values=[table.resource_handle, self._keys, self._values]):
            op = apply_op(
                "LookupTableImportV2", table_handle=table.resource_handle, keys=self._keys, values=self._values
            )
        add_to_collection(GraphKeys.TABLE_INITIALIZERS, op)
        return op


class TextFileInitializer(TableInitializerBase):
    """Keys and values from the lines of a file (API: tf.lookup.TextFileInitializer).

    Args:
        filename: the file, which joins the assets of saved models.
        key_dtype, value_dtype: string, whole or floating numbers.
        key_index, value_index: a column counted from zero, `TextFileIndex.WHOLE_LINE` (strings) or `LINE_NUMBER`
            (int64).
        vocab_size: how many lines are read; all by default.
        delimiter: one character between columns.
        name: of the operation's scope.

    Raises:
        ValueError: no file name, a column below -2, types that do not fit lines or their numbers, two equal columns.
    """

    def __init__(
        self,
        filename: Any,
        key_dtype: Any,
        key_index: int,
        value_dtype: Any,
        value_index: int,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str | None = None,
    ) -> None:
        super().__init__(key_dtype, value_dtype)
        if isinstance(filename, (str, bytes)) and not filename:
            raise ValueError("Filename required for TextFileInitializer: it is empty.")
        for what, index, dtype in (("key", key_index, self._key_dtype), ("value", value_index, self._value_dtype)):
            _check_column(what, index, dtype)
        if vocab_size is not None and vocab_size <= 0:
            raise ValueError(f"Invalid vocab_size {vocab_size}: it must be positive, or None for all lines.")
        if key_index == value_index and key_index >= 0:
            raise ValueError(f"Key and value are both in column {key_index}: give them different ones.")
        self._key_index, self._value_index = key_index, value_index
        self._vocab_size = vocab_size
        self._delimiter = delimiter
        self._name = name if name is not None else "text_file_init"
        self._given_name = filename
        self._filename = (
            constant(filename, dtypes.string, name="asset_path") if isinstance(filename, (str, bytes)) else filename
        )
        add_to_collection(GraphKeys.ASSET_FILEPATHS, self._filename)

    @property
    def shared_name(self) -> str:
        given = self._given_name
        name = as_str_any(given) if isinstance(given, (str, bytes)) else given.name
        size = [] if self._vocab_size is None else [self._vocab_size]
        return "_".join(str(part) for part in ["hash_table", name, *size, self._key_index, self._value_index])

    def initialize(self, table: Any) -> Operation:
        self._check(table)
        with name_scope(self._name, values=[table.resource_handle]):
            op = apply_op(
                "InitializeTableFromTextFileV2",
                table_handle=table.resource_handle,
                filename=self._filename,
                key_index=self._key_index,
                value_index=self._value_index,
                vocab_size=-1 if self._vocab_size is None else self._vocab_size,
                delimiter=self._delimiter,
            )
        add_to_collection(GraphKeys.TABLE_INITIALIZERS, op)
        return op


def _check_column(what: str, index: int, dtype: dtypes.DType) -> None:
    if index < WHOLE_LINE:
        raise ValueError(f"Invalid {what} index {index}: it must be -2 (the line), -1 (its number) or a column.")
    if index == LINE_NUMBER and dtype != dtypes.int64:
        raise ValueError(f"Signature mismatch. {what} must be dtype int64 for line numbers, got {dtype.name}.")
    if index == WHOLE_LINE and not (dtype.is_integer or dtype == dtypes.string):
        raise ValueError(f"Signature mismatch. {what} must be string or integer for whole lines, got {dtype.name}.")


class TextFileStringTableInitializer(TextFileInitializer):
    """From numbers of lines to strings (API: tf.contrib.lookup.TextFileStringTableInitializer).

    Args:
        filename: the file, which joins the assets of saved models.
        key_column_index, value_column_index: a column counted from zero, -1 for the line's number (the default of
            keys),
            -2 for the whole line (the default of values).
        vocab_size: how many lines are read; all by default.
        delimiter: one character between columns.
        name: of the operation's scope.

    Raises:
        ValueError: no file name, a column below -2, types that do not fit, two equal columns.
    """

    def __init__(
        self,
        filename: Any,
        key_column_index: int = LINE_NUMBER,
        value_column_index: int = WHOLE_LINE,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str | None = "text_file_string_table_init",
    ) -> None:
        super().__init__(
            filename, dtypes.int64, key_column_index, dtypes.string, value_column_index, vocab_size, delimiter, name
        )


class TextFileIdTableInitializer(TextFileInitializer):
    """From strings to numbers of lines (API: tf.contrib.lookup.TextFileIdTableInitializer).

    Args:
        filename: the file, which joins the assets of saved models.
        key_column_index, value_column_index: a column counted from zero, -2 for the whole line (the default of keys),
            -1
            for its number (the default of values).
        vocab_size: how many lines are read; all by default.
        delimiter: one character between columns.
        name: of the operation's scope.
        key_dtype: the type of the keys; strings by default.

    Raises:
        ValueError: no file name, a column below -2, types that do not fit, two equal columns.
    """

    def __init__(
        self,
        filename: Any,
        key_column_index: int = WHOLE_LINE,
        value_column_index: int = LINE_NUMBER,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str | None = "text_file_id_table_init",
        key_dtype: Any = dtypes.string,
    ) -> None:
        super().__init__(
            filename, key_dtype, key_column_index, dtypes.int64, value_column_index, vocab_size, delimiter, name
        )


def tables_initializer(name: str = "init_all_tables") -> Operation:
    """The operation that fills all tables of the default graph (API: tf.tables_initializer)."""
    initializers = get_collection(GraphKeys.TABLE_INITIALIZERS)
    return group(*initializers, name=name) if initializers else no_op(name=name)
