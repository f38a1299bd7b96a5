"""How far an iterator has come, as checkpoints hold it.

An iterator is restored by going through its dataset again: what its steps can leave out, such as what a function makes
of an element, they do (`advance`). Random orders are those of before, for the number behind them is saved too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from google.protobuf.message import DecodeError
from tensorboard.compat.proto.tensor_pb2 import VariantTensorDataProto

from convflow.core import errors

_TYPE_NAME = "convflow::Iterator"
_END: Any = object()


@dataclass(frozen=True)
class IteratorState:
    """Attributes:
    entropy: the number behind orders without a seed.
    taken: how many elements were asked for.
    failed: how many of them could not be made.
    """

    entropy: int
    taken: int
    failed: int

    def serialized(self) -> bytes:
        """As a `VariantTensorDataProto`."""
        metadata = json.dumps(asdict(self)).encode()
        return VariantTensorDataProto(type_name=_TYPE_NAME, metadata=metadata).SerializeToString()

    @staticmethod
    def parse(data: bytes) -> IteratorState:
        """Of what `serialized` returned.

        Raises:
            InvalidArgumentError: it is something else, such as the iterator of another library.
        """
        try:
            proto = VariantTensorDataProto.FromString(data)
            if proto.type_name != _TYPE_NAME:
                raise ValueError(f"it is of type {proto.type_name!r}")
            return IteratorState(**json.loads(proto.metadata))
        except (DecodeError, TypeError, ValueError) as error:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"The checkpoint's value is no state of an iterator: {error}. Restore what convflow saved through "
                "make_saveable_from_iterator; iterators that TensorFlow saved cannot be restored.",
            ) from None


def advance(iterator: Iterator[Any], count: int) -> None:
    """Leave `count` elements out."""
    skip = getattr(iterator, "skip", None)
    if skip is not None:
        skip(count)
        return
    for _ in range(count):
        if next(iterator, _END) is _END:
            return


def advance_one_by_one(iterator: Iterator[Any], count: int) -> None:
    """As `advance`, where elements that cannot be made count, too."""
    for _ in range(count):
        try:
            if next(iterator, _END) is _END:
                return
        except errors.OpError:
            continue
