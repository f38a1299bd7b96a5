"""The values of many examples' features put together as tensors: no loop over single values.

A column is one feature of all examples: for each a list of bytes, an array, or None where it is missing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from google.protobuf.message import DecodeError

from convflow.core import dtypes, errors, values
from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape
from convflow.formats import example

Column = list[Any]
DTYPES = {"bytes_list": dtypes.string, "float_list": dtypes.float32, "int64_list": dtypes.int64}
_NAMES = {dtypes.string: "string", dtypes.float32: "float", dtypes.int64: "int64"}


def invalid(message: str) -> errors.OpError:
    return errors.InvalidArgumentError(None, None, message)


class Examples:
    """Serialized examples, parsed.

    Args:
        names: what errors call them; may be empty.
    """

    def __init__(self, message: Any, serialized: Sequence[bytes], names: Sequence[bytes]) -> None:
        self._names = [name.decode(errors="replace") for name in names]
        self.messages = []
        for index, data in enumerate(serialized):
            try:
                self.messages.append(message.FromString(data))
            except DecodeError as error:
                raise invalid(
                    f"Could not parse example input, value: {data[:100]!r} ({self.name(index)}, Index: {index}): "
                    f"{error}. Expected a serialized tf.train.Example; is it compressed, or of another kind?"
                ) from None

    def name(self, index: int) -> str:
        return f"Name: {self._names[index] if index < len(self._names) else '<unknown>'}"

    def where(self, key: str, index: int) -> str:
        return f"{self.name(index)}, Key: {key}, Index: {index}"

    def column(self, maps: Sequence[Any], key: str, dtype: DType) -> Column:
        """One feature of all.

        Args:
            maps: for each example its features by name.

        Raises:
            InvalidArgumentError: it has values of another type.
        """
        result: Column = []
        for index, features in enumerate(maps):
            # Looking a name up in a protobuf map would make an entry for it.
            result.append(self.feature(features[key], key, dtype, index) if key in features else None)
        return result

    def feature(self, feature: Any, key: str, dtype: DType, index: int) -> Any:
        """The values of one feature, None if it has no kind."""
        kind = feature.WhichOneof("kind")
        if kind is None:
            return None
        if DTYPES[kind] is not dtype:
            raise invalid(
                f"{self.where(key, index)}. Data types don't match. Expected type: {_NAMES[dtype]}, Actual "
                f"type: {_NAMES[DTYPES[kind]]}. Ask for the type that was written."
            )
        try:
            return example.values_of(feature, kind)
        except (ValueError, DecodeError) as error:
            raise invalid(f"{self.where(key, index)}. Can't parse serialized Example: {error}.") from None


def joined(column: Column, dtype: DType) -> Any:
    """All values one after the other, as kernels hold them."""
    if dtype is dtypes.string:
        flat = [item for part in column for item in part]
        result = np.empty(len(flat), dtype=object)
        result[:] = flat
        return result
    parts = [part for part in column if len(part)]
    if not parts:
        return values.from_numpy(np.zeros(0, dtype.as_numpy_dtype))
    return values.from_numpy(np.concatenate(parts) if len(parts) > 1 else np.array(parts[0]))


def dense(examples: Examples, column: Column, key: str, dtype: DType, shape: TensorShape, default: Any) -> Any:
    """A feature of one shape: [examples, *shape].

    Args:
        default: what stands where it is missing; empty if it may not.
    """
    sizes = shape.as_list()
    count = math.prod(size or 0 for size in sizes)
    filler: Any = None
    parts: Column = []
    for index, part in enumerate(column):
        if part is None:
            if filler is None:
                filler = _as_values(default)
            if not len(filler) and count:
                raise invalid(
                    f"{examples.name(index)}, Feature: {key} (data type: {_NAMES[dtype]}) is required but could not be "
                    "found. Give it a default_value, or leave it out of the features."
                )
            part = filler
        elif len(part) != count:
            raise invalid(
                f"{examples.where(key, index)}. Number of {_NAMES[dtype]} values != expected. Values size: "
                f"{len(part)} but output shape: {sizes}"
            )
        parts.append(part)
    return joined(parts, dtype).reshape(len(column), *sizes)


def row_size(shape: TensorShape) -> int:
    """The number of elements of a known shape."""
    return math.prod(size or 0 for size in shape.as_list())


def _as_values(default: Any) -> Any:
    array = values.to_numpy(default).reshape(-1)
    return array.tolist() if array.dtype == object else array


def padded(examples: Examples, column: Column, key: str, dtype: DType, shape: TensorShape, default: Any) -> Any:
    """A feature of any number of rows: [examples, longest, *shape[1:]], filled up with `default`."""
    row = row_size(shape[1:])
    lengths = rows(examples, column, key, dtype, shape)
    filler = values.to_numpy(default).reshape(-1)[0]
    result = np.full((len(column), max(lengths, default=0) * row), filler, dtype.as_numpy_dtype)
    for index, part in enumerate(column):
        if part is not None:
            result[index, : len(part)] = part
    result = result.reshape(len(column), -1, *shape.as_list()[1:]) if row else result
    return result if dtype is dtypes.string else values.from_numpy(result)


def rows(examples: Examples, column: Column, key: str, dtype: DType, shape: TensorShape) -> list[int]:
    """How many rows each example has of a feature whose first size is unknown."""
    row = row_size(shape[1:])
    for index, part in enumerate(column):
        if part is not None and len(part) % row:
            sizes = ",".join(["?", *map(str, shape.as_list()[1:])])
            raise invalid(
                f"{examples.where(key, index)}. Number of {_NAMES[dtype]} values is not a multiple of stride "
                f"length. Saw {len(part)} values but output shape is: [{sizes}]"
            )
    return [0 if part is None else len(part) // row for part in column]


def sparse(column: Column, dtype: DType, is_batch: bool) -> tuple[Any, Any, Any]:
    """A feature of any length as the parts of a sparse tensor."""
    column = [() if part is None else part for part in column]
    found = joined(column, dtype)
    if not is_batch:
        count = len(column[0])
        return torch.arange(count).reshape(count, 1), found, torch.tensor([count])
    lengths = np.array([len(part) for part in column], np.int64)
    places = _places(lengths)
    indices = np.stack([np.repeat(np.arange(len(column)), lengths), places], 1)
    shape = np.array([len(column), lengths.max(initial=0)], np.int64)
    return values.from_numpy(indices), found, values.from_numpy(shape)


def _places(lengths: np.ndarray) -> np.ndarray:
    """0 to n - 1 for each length n, one after the other."""
    starts = np.cumsum(lengths) - lengths
    return np.arange(lengths.sum()) - np.repeat(starts, lengths)


def ragged(column: Column, dtype: DType, split_type: DType) -> tuple[Any, Any]:
    """A feature of any length as values, and where each example's begin."""
    column = [() if part is None else part for part in column]
    splits = np.cumsum([0, *(len(part) for part in column)])
    return joined(column, dtype), values.from_numpy(splits.astype(split_type.as_numpy_dtype))
