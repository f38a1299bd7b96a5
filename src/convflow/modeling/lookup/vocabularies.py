"""Words as numbers, and back (API: tf.contrib.lookup.index_table_from_tensor, tf.lookup.StaticVocabularyTable)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.modeling.lookup.initializers import (
    KeyValueTensorInitializer,
    TableInitializerBase,
    TextFileIdTableInitializer,
    TextFileStringTableInitializer,
)
from convflow.modeling.lookup.tables import HashTable, LookupInterface, StaticHashTable
from convflow.ops.array.constant import constant
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import size
from convflow.ops.math.arithmetic import add
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import not_equal
from convflow.ops.math.select import where
from convflow.ops.string_convert import as_string
from convflow.ops.string_hash import string_to_hash_bucket_fast, string_to_hash_bucket_strong


class HasherSpec(NamedTuple):
    """How strings without a number become one."""

    hasher: str
    key: Any


FastHashSpec = HasherSpec("fasthash", None)


class StrongHashSpec(HasherSpec):
    """SipHash with a key of two whole numbers (API: tf.contrib.lookup.StrongHashSpec)."""

    def __new__(cls, key: Sequence[int]) -> StrongHashSpec:
        if len(key) != 2 or not all(isinstance(number, int) for number in key):
            raise ValueError(f"StrongHashSpec: key must have size 2 and be of whole numbers, got {key}.")
        return super().__new__(cls, hasher="stronghash", key=list(key))


class IdTableWithHashBuckets(LookupInterface):
    """A table of numbers; what is not in it falls into one of the buckets behind them.

    Args:
        table: from strings or int64 to int64; None if all fall into buckets.
        num_oov_buckets: how many buckets.
        hasher_spec: how a bucket is chosen.
        name: of the lookup's scope.
        key_dtype: string or whole numbers.

    Raises:
        ValueError: no table and no buckets.
        TypeError: a table or a hasher of another type.
    """

    def __init__(
        self,
        table: Any,
        num_oov_buckets: int,
        hasher_spec: HasherSpec = FastHashSpec,
        name: str | None = None,
        key_dtype: Any = None,
    ) -> None:
        key_dtype = dtypes.as_dtype(key_dtype or (dtypes.string if table is None else table.key_dtype))
        if not (key_dtype.is_integer or key_dtype == dtypes.string):
            raise TypeError(f"Invalid key_dtype {key_dtype.name}, expected integer or string.")
        if table is None and num_oov_buckets <= 0:
            raise ValueError(f"oov_buckets must be > 0 if no table is supplied, got {num_oov_buckets}.")
        if table is not None and table.value_dtype != dtypes.int64:
            raise TypeError(f"Values of the table must be int64, they are {table.value_dtype.name}.")
        if num_oov_buckets > 0 and not isinstance(hasher_spec, HasherSpec):
            raise TypeError(f"hasher_spec must be of type HasherSpec, got {hasher_spec!r}.")
        super().__init__(key_dtype, dtypes.int64)
        self._table, self._num_oov_buckets, self._hasher_spec = table, num_oov_buckets, hasher_spec
        self._name = name.rpartition("/")[2] if name else ("hash_bucket" if table is None else table.name)

    @property
    def name(self) -> str:
        """The table's name."""
        return self._name

    @property
    def initializer(self) -> Operation | None:
        """The operation that fills the table, None without one."""
        return None if self._table is None else self._table.initializer

    @property
    def init(self) -> Operation | None:
        """The same, by its former name."""
        return self.initializer

    @property
    def resource_handle(self) -> Tensor | None:
        """The handle of the table, None without one."""
        return None if self._table is None else self._table.resource_handle

    def size(self, name: str | None = None) -> Tensor:
        """How many numbers there are, buckets included: an int64 scalar."""
        with name_scope(name, f"{self.name}_Size"):
            known: Any = constant(0, dtypes.int64) if self._table is None else self._table.size()
            return known + self._num_oov_buckets

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The numbers of keys: int64, of the keys' shape, sparse if they are."""
        keys = self._checked_keys(keys)
        values = keys.values if isinstance(keys, SparseTensor) else keys
        if self._table is not None and self._table.key_dtype == dtypes.int64:
            values = cast(values, dtypes.int64)
        if self._num_oov_buckets == 0:
            ids = self._table.lookup(values, name=name)
        else:
            with name_scope(name, f"{self.name}_Lookup"):
                ids = self._with_buckets(values)
        return SparseTensor(keys.indices, ids, keys.dense_shape) if isinstance(keys, SparseTensor) else ids

    def _with_buckets(self, values: Any) -> Any:
        strings = as_string(values) if values.dtype.is_integer else values
        buckets = self._hashed(strings)
        if self._table is None:
            return buckets
        ids = self._table.lookup(values)
        buckets = add(buckets, self._table.size())
        return where(not_equal(ids, self._table.default_value), ids, buckets)

    def _hashed(self, strings: Any) -> Tensor:
        hasher, key = self._hasher_spec
        if hasher == "fasthash":
            return string_to_hash_bucket_fast(strings, self._num_oov_buckets, name="hash_bucket")
        if hasher == "stronghash":
            return string_to_hash_bucket_strong(strings, self._num_oov_buckets, key=key, name="hash_bucket")
        raise ValueError(f"Unknown hasher {hasher!r}: use FastHashSpec or StrongHashSpec.")


class StaticVocabularyTable(IdTableWithHashBuckets):
    """From words to numbers, with buckets for others (API: tf.lookup.StaticVocabularyTable).

    Args:
        initializer: gives words and int64 numbers from 0 on; None if all fall into buckets.
        num_oov_buckets: how many buckets, at least one.
        lookup_key_dtype: the type of the keys; the initializer's by default.
        name: of the lookup's scope.

    Raises:
        ValueError: no bucket, or numbers of another type.
    """

    def __init__(
        self,
        initializer: TableInitializerBase | None,
        num_oov_buckets: int,
        lookup_key_dtype: Any = None,
        name: str | None = None,
    ) -> None:
        if num_oov_buckets <= 0:
            raise ValueError(f"oov_buckets must be > 0, got {num_oov_buckets}. Use StaticHashTable without buckets.")
        if initializer is not None and initializer.value_dtype != dtypes.int64:
            raise ValueError(f"Invalid value dtype, expected int64 but got {initializer.value_dtype.name}.")
        table = None if initializer is None else StaticHashTable(initializer, default_value=-1)
        super().__init__(table, num_oov_buckets, name=name, key_dtype=lookup_key_dtype)


def _with_oov(table: HashTable, num_oov_buckets: int, hasher_spec: HasherSpec, key_dtype: Any) -> Any:
    if num_oov_buckets == 0 and table.key_dtype == key_dtype:
        return table
    return IdTableWithHashBuckets(table, num_oov_buckets, hasher_spec, key_dtype=key_dtype)


def _check_buckets(num_oov_buckets: int) -> None:
    if num_oov_buckets < 0:
        raise ValueError(f"num_oov_buckets must be greater or equal than 0, got {num_oov_buckets}.")


def index_table_from_tensor(
    vocabulary_list: Any,
    num_oov_buckets: int = 0,
    default_value: int = -1,
    hasher_spec: HasherSpec = FastHashSpec,
    dtype: Any = dtypes.string,
    name: str | None = None,
) -> Any:
    """A table from words to their places in a list (API: tf.contrib.lookup.index_table_from_tensor).

    Args:
        vocabulary_list: strings or whole numbers, shape (words,).
        num_oov_buckets: buckets for other words.
        default_value: the number of other words, if there is no bucket.
        hasher_spec: how a bucket is chosen.
        dtype: the type of the words.

    Raises:
        ValueError: no list, or fewer than no buckets.
        TypeError: words of another type.
    """
    if vocabulary_list is None:
        raise ValueError("vocabulary_list must be specified: it is None.")
    _check_buckets(num_oov_buckets)
    dtype = dtypes.as_dtype(dtype)
    with name_scope(name, "string_to_index"):
        keys = convert_to_tensor(vocabulary_list)
        if keys.dtype.is_integer != dtype.is_integer or not (dtype.is_integer or keys.dtype == dtype):
            raise TypeError(
                f"Expected vocabulary_list of {dtype.name}, got {keys.dtype.name}. Give dtype={keys.dtype.name}."
            )
        values = cast(range_of(size(keys)), dtypes.int64)
        with name_scope(None, "hash_table"):
            table_keys = cast(keys, dtypes.int64) if keys.dtype.is_integer else keys
            init = KeyValueTensorInitializer(table_keys, values, name="table_init")
            table = HashTable(init, default_value)
        return _with_oov(table, num_oov_buckets, hasher_spec, dtype)


def index_table_from_file(
    vocabulary_file: Any = None,
    num_oov_buckets: int = 0,
    vocab_size: int | None = None,
    default_value: int = -1,
    hasher_spec: HasherSpec = FastHashSpec,
    key_dtype: Any = dtypes.string,
    name: str | None = None,
    key_column_index: int = -2,
    value_column_index: int = -1,
    delimiter: str = "\t",
) -> Any:
    """A table from words to the numbers of their lines (API: tf.contrib.lookup.index_table_from_file).

    Args:
        vocabulary_file: a word in each line.
        num_oov_buckets: buckets for other words.
        vocab_size: how many lines; all by default.
        default_value: the number of other words, if there is no bucket.
        hasher_spec: how a bucket is chosen.
        key_dtype: the type of the words, string or whole numbers.
        key_column_index, value_column_index, delimiter: see `tf.lookup.TextFileInitializer`.

    Raises:
        ValueError: no file, no lines, fewer than no buckets.
        TypeError: words of another type.
    """
    if vocabulary_file is None or (isinstance(vocabulary_file, (str, bytes)) and not vocabulary_file):
        raise ValueError("vocabulary_file must be specified and must not be empty.")
    _check_buckets(num_oov_buckets)
    if vocab_size is not None and vocab_size < 1:
        raise ValueError(f"vocab_size must be greater than 0, got {vocab_size}.")
    key_dtype = dtypes.as_dtype(key_dtype)
    if not (key_dtype.is_integer or key_dtype == dtypes.string):
        raise TypeError(f"Only integer and string keys are supported, got {key_dtype.name}.")
    with name_scope(name, "string_to_index"), name_scope(None, "hash_table"):
        init = TextFileIdTableInitializer(
            vocabulary_file,
            key_column_index,
            value_column_index,
            vocab_size,
            delimiter,
            "table_init",
            dtypes.int64 if key_dtype.is_integer else key_dtype,
        )
        table = HashTable(init, default_value)
    return _with_oov(table, num_oov_buckets, hasher_spec, key_dtype)


def index_to_string_table_from_tensor(
    vocabulary_list: Any, default_value: Any = "UNK", name: str | None = None
) -> HashTable:
    """A table from places in a list to its words (API: tf.contrib.lookup.index_to_string_table_from_tensor).

    Args:
        vocabulary_list: strings, shape (words,).
        default_value: the word of numbers that are no place.
        name: of the scope.

    Returns:
        a table of int64 keys and string values, filled by `tf.tables_initializer`.

    Raises:
        ValueError: no list.
    """
    if vocabulary_list is None:
        raise ValueError("vocabulary_list must be specified: it is None.")
    with name_scope(name, "index_to_string"):
        words = convert_to_tensor(vocabulary_list, dtype=dtypes.string)
        keys = cast(range_of(size(words)), dtypes.int64)
        return HashTable(KeyValueTensorInitializer(keys, words, name="table_init"), default_value)


def index_to_string_table_from_file(
    vocabulary_file: Any,
    vocab_size: int | None = None,
    default_value: Any = "UNK",
    name: str | None = None,
    key_column_index: int = -1,
    value_column_index: int = -2,
    delimiter: str = "\t",
) -> HashTable:
    """A table from numbers of lines to their words (API: tf.contrib.lookup.index_to_string_table_from_file).

    Args:
        vocabulary_file: a file with a word in each line.
        vocab_size: how many lines are read; all by default.
        default_value: the word of numbers that are no line's.
        name: of the scope.
        key_column_index, value_column_index, delimiter: see `tf.lookup.TextFileInitializer`.

    Returns:
        a table of int64 keys and string values, filled by `tf.tables_initializer`.

    Raises:
        ValueError: no file, or no lines.
    """
    if isinstance(vocabulary_file, (str, bytes)) and not vocabulary_file:
        raise ValueError("vocabulary_file must be specified and must not be empty.")
    if vocab_size is not None and vocab_size < 1:
        raise ValueError(f"vocab_size must be greater than 0, got {vocab_size}.")
    with name_scope(name, "index_to_string"):
        init = TextFileStringTableInitializer(
            vocabulary_file, key_column_index, value_column_index, vocab_size, delimiter, "table_init"
        )
        return HashTable(init, default_value)
