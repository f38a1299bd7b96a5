"""One example taken apart the short way: its values become tensors without lists of one in between.

Whatever is unusual (another type, another number of values, numbers that are not packed) is left to
`convflow.ops.example_values`, which says what is wrong with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from google.protobuf.message import DecodeError
from google.protobuf.unknown_fields import UnknownFieldSet

from convflow.core import dtypes
from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape
from convflow.formats import example
from convflow.ops import example_values

_FLOAT = np.dtype("<f4")
Read = Callable[[Any, int], Any]


class _Dense(NamedTuple):
    key: str
    read: Read
    elements: int
    sizes: tuple[int, ...]


class _Unusual(Exception):
    """For the long way."""


def _strings(feature: Any, count: int) -> Any:
    items = feature.bytes_list.value
    if len(items) != count or not count:
        raise _Unusual
    if count == 1:
        value = np.empty((), object)
        value[()] = items[0]
        return value
    vector = np.empty(count, object)
    vector[:] = items
    return vector


def _packed(numbers: Any) -> bytes:
    packed = numbers.value
    if len(packed) != 1 or len(UnknownFieldSet(numbers)):
        raise _Unusual
    return packed[0]


def _integers(feature: Any, count: int) -> Any:
    data = _packed(feature.int64_list)
    if count == 1 and len(data) == 1 and data[0] < 0x80:
        return torch.from_numpy(np.array(data[0], np.int64))
    array = example.decode_varints(data)
    if len(array) != count:
        raise _Unusual
    return torch.from_numpy(array)


def _floats(feature: Any, count: int) -> Any:
    data = _packed(feature.float_list)
    if len(data) != 4 * count:
        raise _Unusual
    # Memory of its own, which the message's is not.
    return torch.from_numpy(np.array(np.frombuffer(data, _FLOAT)))


_READERS: dict[DType, Read] = {dtypes.string: _strings, dtypes.int64: _integers, dtypes.float32: _floats}


class ParseOne:
    """How the features of one node are read.

    Args:
        dense: keys, types and shapes of the features of one shape.
        sparse: keys and types of those of any length.
    """

    def __init__(self, dense: Sequence[tuple[str, DType, TensorShape]], sparse: Sequence[tuple[str, DType]]) -> None:
        self.is_usual = all(shape.is_fully_defined() for _, _, shape in dense)
        self._sparse = list(sparse)
        self._dense = [self._described(*item) for item in dense] if self.is_usual else []

    @staticmethod
    def _described(key: str, dtype: DType, shape: TensorShape) -> _Dense:
        sizes = tuple(int(size) for size in shape)
        return _Dense(key, _READERS[dtype], math.prod(sizes), sizes)

    def __call__(self, data: bytes, defaults: Sequence[Any]) -> tuple[Any, ...] | None:
        """The node's outputs; None where the long way has to look.

        Args:
            defaults: for each dense feature what stands for it where it is missing.
        """
        try:
            features = example.RawExample.FromString(data).features.feature
            sparse = [self._part(features, key, dtype) for key, dtype in self._sparse]
            dense = [self._value(features, *pair) for pair in zip(self._dense, defaults, strict=True)]
        except (_Unusual, ValueError, DecodeError):
            return None
        return (*(part for parts in zip(*sparse, strict=True) for part in parts), *dense)

    @staticmethod
    def _value(features: Any, described: _Dense, default: Any) -> Any:
        key, read, count, sizes = described
        feature = features.get(key)
        if feature is not None:
            value = read(feature, count)
        elif math.prod(default.shape) == count:
            value = default.copy() if isinstance(default, np.ndarray) else default.clone()
        else:
            raise _Unusual
        return value if value.shape == sizes else value.reshape(sizes)

    @staticmethod
    def _part(features: Any, key: str, dtype: DType) -> tuple[Any, Any, Any]:
        feature = features.get(key)
        if feature is None:
            return example_values.sparse([()], dtype, False)
        kind = feature.WhichOneof("kind")
        if kind is None or example_values.DTYPES[kind] is not dtype:
            raise _Unusual
        return example_values.sparse([example.values_of(feature, kind)], dtype, False)
