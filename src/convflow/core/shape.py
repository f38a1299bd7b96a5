"""Static shapes (API: tf.TensorShape, tf.Dimension): what is known of a shape before any value exists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from tensorboard.compat.proto import tensor_shape_pb2

from convflow.core.dtypes import DType


class Dimension:
    """A size that may be unknown (API: tf.Dimension). Arithmetic with an unknown size is unknown.

    Args:
        value: a non-negative integer, another `Dimension`, or None for unknown.
    """

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        if value is None:
            self._value: int | None = None
            return
        if isinstance(value, Dimension):
            self._value = value.value
            return
        try:
            self._value = int(value.__index__())
        except AttributeError:
            self._value = _integer_from(value)
        if self._value < 0:
            raise ValueError(f"Dimension {self._value} must be >= 0. Use None for an unknown dimension.")

    @property
    def value(self) -> int | None:
        return self._value

    def is_compatible_with(self, other: Any) -> bool:
        other = as_dimension(other)
        return self._value is None or other.value is None or self._value == other.value

    def assert_is_compatible_with(self, other: Any) -> None:
        if not self.is_compatible_with(other):
            raise ValueError(f"Dimensions {self} and {as_dimension(other)} are not compatible")

    def merge_with(self, other: Any) -> Dimension:
        """The dimension that both describe; ValueError if they contradict each other."""
        other = as_dimension(other)
        self.assert_is_compatible_with(other)
        return other if self._value is None else self

    def __str__(self) -> str:
        return "?" if self._value is None else str(self._value)

    def __repr__(self) -> str:
        return f"Dimension({self._value})"

    def __int__(self) -> int:
        return self._value  # type: ignore[return-value]  # int(unknown) raises TypeError, as in TensorFlow

    def __index__(self) -> int:
        return self._value  # type: ignore[return-value]

    def __bool__(self) -> bool:
        return bool(self._value)

    def __hash__(self) -> int:
        return hash(self._value)

    def __eq__(self, other: object) -> Any:
        return self._compare(other, lambda a, b: a == b)

    def __ne__(self, other: object) -> Any:
        return self._compare(other, lambda a, b: a != b)

    def __lt__(self, other: Any) -> Any:
        return self._compare(other, lambda a, b: a < b)

    def __le__(self, other: Any) -> Any:
        return self._compare(other, lambda a, b: a <= b)

    def __gt__(self, other: Any) -> Any:
        return self._compare(other, lambda a, b: a > b)

    def __ge__(self, other: Any) -> Any:
        return self._compare(other, lambda a, b: a >= b)

    def _compare(self, other: Any, relation: Any) -> Any:
        try:
            other = as_dimension(other)
        except (TypeError, ValueError):
            return NotImplemented
        if self._value is None or other.value is None:
            return None
        return relation(self._value, other.value)

    def _combine(self, other: Any, operation: Any) -> Any:
        try:
            other = as_dimension(other)
        except (TypeError, ValueError):
            return NotImplemented
        if self._value is None or other.value is None:
            return Dimension(None)
        return Dimension(operation(self._value, other.value))

    def __add__(self, other: Any) -> Any:
        return self._combine(other, lambda a, b: a + b)

    def __radd__(self, other: Any) -> Any:
        return self + other

    def __sub__(self, other: Any) -> Any:
        return self._combine(other, lambda a, b: a - b)

    def __rsub__(self, other: Any) -> Any:
        return self._combine(other, lambda a, b: b - a)

    def __mul__(self, other: Any) -> Any:
        return self._combine(other, lambda a, b: a * b)

    def __rmul__(self, other: Any) -> Any:
        return self * other

    def __floordiv__(self, other: Any) -> Any:
        return self._combine(other, lambda a, b: a // b)

    def __rfloordiv__(self, other: Any) -> Any:
        return self._combine(other, lambda a, b: b // a)

    def __div__(self, other: Any) -> Any:
        return self // other

    def __truediv__(self, other: Any) -> Any:
        raise TypeError(
            f"unsupported operand type(s) for /: 'Dimension' and '{type(other).__name__}', please use // instead"
        )

    def __rtruediv__(self, other: Any) -> Any:
        raise TypeError(
            f"unsupported operand type(s) for /: '{type(other).__name__}' and 'Dimension', please use // instead"
        )

    def __mod__(self, other: Any) -> Any:
        return self._combine(other, lambda a, b: a % b)

    def __rmod__(self, other: Any) -> Any:
        return self._combine(other, lambda a, b: b % a)


def _integer_from(value: Any) -> int:
    # Whole floats and digit strings are sizes too in TensorFlow 1.
    try:
        # An element type counts as a number, but one in place of a size is a mistake.
        number = int("" if isinstance(value, DType) else value)
    except (TypeError, ValueError):
        raise TypeError(
            f"Dimension value must be an integer or None, got {value!r} of type {type(value).__name__}."
        ) from None
    if not isinstance(value, (str, bytes)) and number != value:
        raise ValueError(f"Ambiguous dimension: {value!r} is not a whole number.")
    return number


def as_dimension(value: Any) -> Dimension:
    """`value` as a `Dimension`; None is an unknown size."""
    return value if isinstance(value, Dimension) else Dimension(value)


def dimension_value(dimension: Any) -> Any:
    """The size that a `Dimension` holds; anything else as it is (API: tf.dimension_value).

    Args:
        dimension: a `Dimension`, or a number or None.

    Returns:
        An int, or None where it is unknown.
    """
    return dimension.value if isinstance(dimension, Dimension) else dimension


def dimension_at_index(shape: TensorShape, index: int) -> Dimension:
    """One size of a shape, unknown where not even the rank is known (API: tf.dimension_at_index).

    Args:
        shape: a `TensorShape`.
        index: of the dimension, from 0; negative ones count from the end.

    Returns:
        A `Dimension`.

    Raises:
        IndexError: the rank is known, and has no such dimension.
    """
    return shape[index]


class TensorShape:
    """A shape of which rank and sizes may be unknown (API: tf.TensorShape).

    Args:
        dims: None for unknown rank, an integer for a vector, a sequence of sizes (None or
            `Dimension(None)` where unknown), or a `TensorShapeProto`.
    """

    __slots__ = ("_dims",)

    def __init__(self, dims: Any) -> None:
        self._dims: tuple[Dimension, ...] | None
        if dims is None:
            self._dims = None
        elif isinstance(dims, TensorShape):
            self._dims = dims._dims
        elif hasattr(dims, "unknown_rank"):
            self._dims = None if dims.unknown_rank else tuple(_from_proto_size(d.size) for d in dims.dim)
        elif isinstance(dims, (str, bytes)):
            raise TypeError(f"A shape is a sequence of sizes, got {dims!r}.")
        else:
            try:
                sizes = list(dims)
            except TypeError:
                sizes = [dims]
            self._dims = tuple(as_dimension(size) for size in sizes)

    @property
    def rank(self) -> int | None:
        return None if self._dims is None else len(self._dims)

    @property
    def ndims(self) -> int | None:
        return self.rank

    @property
    def dims(self) -> list[Dimension] | None:
        return None if self._dims is None else list(self._dims)

    def known(self) -> tuple[Dimension, ...]:
        """The dimensions; ValueError when not even the rank is known."""
        if self._dims is None:
            raise ValueError("The rank of this shape is unknown.")
        return self._dims

    def as_list(self) -> list[int | None]:
        if self._dims is None:
            raise ValueError("as_list() is not defined on an unknown TensorShape.")
        return [dim.value for dim in self._dims]

    def is_fully_defined(self) -> bool:
        return self._dims is not None and all(dim.value is not None for dim in self._dims)

    def assert_is_fully_defined(self) -> None:
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined")

    def num_elements(self) -> int | None:
        if not self.is_fully_defined():
            return None
        return int(np.prod([int(dim) for dim in self.known()], dtype=np.int64))

    def is_compatible_with(self, other: Any) -> bool:
        other = as_shape(other)
        if self._dims is None or other._dims is None:
            return True
        return len(self._dims) == len(other._dims) and all(
            mine.is_compatible_with(theirs) for mine, theirs in zip(self._dims, other._dims, strict=True)
        )

    def assert_is_compatible_with(self, other: Any) -> None:
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {as_shape(other)} are incompatible")

    def merge_with(self, other: Any) -> TensorShape:
        """The shape that both describe; ValueError if they contradict each other."""
        other = as_shape(other)
        if self._dims is None:
            return other
        if other._dims is None:
            return self
        self.assert_is_compatible_with(other)
        return TensorShape([a.merge_with(b) for a, b in zip(self._dims, other._dims, strict=True)])

    def concatenate(self, other: Any) -> TensorShape:
        other = as_shape(other)
        if self._dims is None or other._dims is None:
            return unknown_shape()
        return TensorShape(self._dims + other._dims)

    def with_rank(self, rank: int) -> TensorShape:
        try:
            return self.merge_with(unknown_shape(rank))
        except ValueError:
            raise ValueError(f"Shape {self} must have rank {rank}") from None

    def with_rank_at_least(self, rank: int) -> TensorShape:
        if self.rank is not None and self.rank < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}")
        return self

    def with_rank_at_most(self, rank: int) -> TensorShape:
        if self.rank is not None and self.rank > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank}")
        return self

    def assert_has_rank(self, rank: int) -> None:
        if self.rank not in (None, rank):
            raise ValueError(f"Shape {self} must have rank {rank}")

    def assert_same_rank(self, other: Any) -> None:
        other = as_shape(other)
        if self.rank is not None and other.rank is not None and self.rank != other.rank:
            raise ValueError(f"Shapes {self} and {other} must have the same rank")

    def most_specific_compatible_shape(self, other: Any) -> TensorShape:
        """The narrowest shape that covers both."""
        other = as_shape(other)
        if self._dims is None or other._dims is None or len(self._dims) != len(other._dims):
            return unknown_shape()
        pairs = zip(self._dims, other._dims, strict=True)
        return TensorShape([a if a.value is not None and a == b else Dimension(None) for a, b in pairs])

    def as_proto(self) -> Any:
        """The shape as a `TensorShapeProto`; -1 stands for an unknown size."""
        if self._dims is None:
            return tensor_shape_pb2.TensorShapeProto(unknown_rank=True)
        dim = tensor_shape_pb2.TensorShapeProto.Dim
        return tensor_shape_pb2.TensorShapeProto(dim=[dim(size=-1 if d.value is None else d.value) for d in self._dims])

    def __iter__(self) -> Iterator[Dimension]:
        if self._dims is None:
            raise ValueError("Cannot iterate over a shape with unknown rank.")
        return iter(self._dims)

    def __len__(self) -> int:
        if self._dims is None:
            raise ValueError("Cannot take the length of shape with unknown rank.")
        return len(self._dims)

    def __bool__(self) -> bool:
        return self._dims is not None

    def __getitem__(self, key: Any) -> Any:
        if self._dims is not None:
            return TensorShape(self._dims[key]) if isinstance(key, slice) else self._dims[key]
        if not isinstance(key, slice):
            return Dimension(None)
        start, stop = key.start or 0, key.stop
        if stop is None or start < 0 or stop < 0 or key.step not in (None, 1):
            return unknown_shape()
        return unknown_shape(max(stop - start, 0))

    def __eq__(self, other: object) -> bool:
        try:
            other = as_shape(other)
        except (TypeError, ValueError):
            return False
        if self._dims is None or other._dims is None:
            return self._dims is None and other._dims is None
        return [d.value for d in self._dims] == [d.value for d in other._dims]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(None if self._dims is None else tuple(d.value for d in self._dims))

    def __add__(self, other: Any) -> TensorShape:
        return self.concatenate(other)

    def __radd__(self, other: Any) -> TensorShape:
        return as_shape(other).concatenate(self)

    def __str__(self) -> str:
        if self._dims is None:
            return "<unknown>"
        if len(self._dims) == 1:
            return f"({self._dims[0]},)"
        return "(" + ", ".join(str(d) for d in self._dims) + ")"

    def __repr__(self) -> str:
        if self._dims is None:
            return "TensorShape(None)"
        return f"TensorShape([{', '.join(repr(d) for d in self._dims)}])"

    def __reduce__(self) -> tuple[Any, ...]:
        return TensorShape, (None if self._dims is None else self.as_list(),)


def _from_proto_size(size: int) -> Dimension:
    return Dimension(None if size < 0 else size)


def as_shape(shape: Any) -> TensorShape:
    """`shape` as a `TensorShape`: of a list, a message, None for an unknown one."""
    return shape if isinstance(shape, TensorShape) else TensorShape(shape)


def unknown_shape(rank: int | None = None) -> TensorShape:
    """A shape of unknown sizes, of unknown rank too where `rank` is None."""
    return TensorShape(None if rank is None else [None] * rank)


def scalar() -> TensorShape:
    """The shape of a single value, []."""
    return TensorShape(())


def vector(length: Any) -> TensorShape:
    """The shape [length]."""
    return TensorShape((length,))
