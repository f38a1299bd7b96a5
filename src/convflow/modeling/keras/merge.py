"""Keras layers of several inputs (API: tf.keras.layers.Add, Concatenate, Dot, ...)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.operation import Tensor
from convflow.modeling.keras.base import Layer
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones_like
from convflow.ops.array.reshape import expand_dims
from convflow.ops.math.arithmetic import maximum, minimum
from convflow.ops.math.comparison import logical_and
from convflow.ops.math.einsum import einsum
from convflow.ops.math.reduce import reduce_all
from convflow.ops.norm import l2_normalize


class _Merge(Layer):
    """One tensor of several; inputs of fewer axes get axes of size 1 after the batch's."""

    supports_masking = True

    def build(self, input_shape: Any) -> None:
        if not isinstance(input_shape, list) or len(input_shape) < 2:
            raise ValueError(
                f"A merge layer should be called on a list of at least 2 inputs. {self.name} got: {input_shape}"
            )
        self.built = True

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        rank = max(tensor.shape.rank or 0 for tensor in inputs)
        aligned = []
        for tensor in inputs:
            while tensor.shape.rank is not None and tensor.shape.rank < rank:
                tensor = expand_dims(tensor, 1)
            aligned.append(tensor)
        return self._merged(aligned)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """What counts in all inputs."""
        masks = [item for item in mask or () if item is not None]
        return reduce(logical_and, masks) if masks else None

    def _merged(self, inputs: list[Any]) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not say how it merges.")


class Add(_Merge):
    """The sum (API: tf.keras.layers.Add)."""

    def _merged(self, inputs: list[Any]) -> Any:
        return reduce(lambda one, other: one + other, inputs)


class Subtract(_Merge):
    """The first without the second (API: tf.keras.layers.Subtract)."""

    def _merged(self, inputs: list[Any]) -> Any:
        if len(inputs) != 2:
            raise ValueError(f"A `Subtract` layer should be called on exactly 2 inputs, got {len(inputs)}.")
        return inputs[0] - inputs[1]


class Multiply(_Merge):
    """The product (API: tf.keras.layers.Multiply)."""

    def _merged(self, inputs: list[Any]) -> Any:
        return reduce(lambda one, other: one * other, inputs)


class Average(_Merge):
    """The mean (API: tf.keras.layers.Average)."""

    def _merged(self, inputs: list[Any]) -> Any:
        return reduce(lambda one, other: one + other, inputs) / len(inputs)


class Maximum(_Merge):
    """The largest (API: tf.keras.layers.Maximum)."""

    def _merged(self, inputs: list[Any]) -> Any:
        return reduce(maximum, inputs)


class Minimum(_Merge):
    """The smallest (API: tf.keras.layers.Minimum)."""

    def _merged(self, inputs: list[Any]) -> Any:
        return reduce(minimum, inputs)


class Concatenate(_Merge):
    """One after the other along an axis (API: tf.keras.layers.Concatenate).

    Args:
        axis: the last by default.

    Raises:
        ValueError: other sizes that differ.
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        others = []
        for shape in map(as_shape, input_shape):
            if shape.rank is None:
                return
            sizes = shape.as_list()
            del sizes[self.axis]
            others.append(TensorShape(sizes))
        if not all(other.is_compatible_with(others[0]) for other in others):
            raise ValueError(
                "A `Concatenate` layer requires inputs with matching shapes except for the concatenation axis. "
                f"Received: input_shape={[tuple(as_shape(shape).as_list()) for shape in input_shape]}, axis {self.axis}"
            )

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        return concat(list(inputs), self.axis)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None or all(item is None for item in mask):
            return None
        parts = []
        for tensor, item in zip(inputs, mask, strict=True):
            ones = ones_like(tensor, dtype=dtypes.bool)
            if item is None:
                parts.append(ones)
                continue
            while item.shape.rank < tensor.shape.rank:
                item = expand_dims(item, -1)
            parts.append(logical_and(item, ones))
        return reduce_all(concat(parts, self.axis), axis=-1)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"axis": self.axis}


class Dot(_Merge):
    """Products added up along an axis of each of two inputs (API: tf.keras.layers.Dot).

    Args:
        axes: the axis, or that of each.
        normalize: whether both have length 1 along it first.
    """

    def __init__(self, axes: Any, normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axes, self.normalize = axes, normalize

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        if len(inputs) != 2:
            raise ValueError(f"A `Dot` layer should be called on exactly 2 inputs, got {len(inputs)}.")
        first, second = inputs
        axes = [self.axes] * 2 if isinstance(self.axes, int) else list(self.axes)
        at, on = (axis % int(tensor.shape.rank or 0) for axis, tensor in zip(axes, inputs, strict=True))
        if self.normalize:
            first, second = l2_normalize(first, axis=at), l2_normalize(second, axis=on)
        one = ["b", *"cdefg"][: first.shape.rank]
        other = ["b", *"hijkl"][: second.shape.rank]
        other[on] = one[at]
        kept = [name for name in one if name != one[at]] + [name for name in other[1:] if name != one[at]]
        output = einsum(f"{''.join(one)},{''.join(other)}->{''.join(kept)}", first, second)
        return expand_dims(output, 1) if output.shape.rank == 1 else output

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"axes": self.axes, "normalize": self.normalize}


def add(inputs: Any, **kwargs: Any) -> Tensor:
    """The sum (API: tf.keras.layers.add).

    Args:
        inputs: a list of at least two tensors of one shape, or of shapes that broadcast together.
        kwargs: what every layer takes, such as `name`.

    Returns:
        a tensor.

    Raises:
        ValueError: fewer than two inputs.
    """
    return Add(**kwargs)(inputs)


def subtract(inputs: Any, **kwargs: Any) -> Tensor:
    """The first without the second (API: tf.keras.layers.subtract).

    Args:
        inputs: a list of two tensors of one shape, or of shapes that broadcast together.
        kwargs: what every layer takes, such as `name`.

    Returns:
        a tensor.

    Raises:
        ValueError: fewer than two inputs, or more.
    """
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Any, **kwargs: Any) -> Tensor:
    """The product (API: tf.keras.layers.multiply).

    Args:
        inputs: a list of at least two tensors of one shape, or of shapes that broadcast together.
        kwargs: what every layer takes, such as `name`.

    Returns:
        a tensor.

    Raises:
        ValueError: fewer than two inputs.
    """
    return Multiply(**kwargs)(inputs)


def average(inputs: Any, **kwargs: Any) -> Tensor:
    """The mean (API: tf.keras.layers.average).

    Args:
        inputs: a list of at least two tensors of one shape, or of shapes that broadcast together.
        kwargs: what every layer takes, such as `name`.

    Returns:
        a tensor.

    Raises:
        ValueError: fewer than two inputs.
    """
    return Average(**kwargs)(inputs)


def maximum_of(inputs: Any, **kwargs: Any) -> Tensor:
    """The largest (API: tf.keras.layers.maximum).

    Args:
        inputs: a list of at least two tensors of one shape, or of shapes that broadcast together.
        kwargs: what every layer takes, such as `name`.

    Returns:
        a tensor.

    Raises:
        ValueError: fewer than two inputs.
    """
    return Maximum(**kwargs)(inputs)


def minimum_of(inputs: Any, **kwargs: Any) -> Tensor:
    """The smallest (API: tf.keras.layers.minimum).

    Args:
        inputs: a list of at least two tensors of one shape, or of shapes that broadcast together.
        kwargs: what every layer takes, such as `name`.

    Returns:
        a tensor.

    Raises:
        ValueError: fewer than two inputs.
    """
    return Minimum(**kwargs)(inputs)


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Tensor:
    """One after the other along an axis (API: tf.keras.layers.concatenate).

    Args:
        inputs: a list of at least two tensors whose sizes agree but along `axis`.
        axis: the last by default.
        kwargs: what every layer takes, such as `name`.

    Returns:
        a tensor.

    Raises:
        ValueError: fewer than two inputs, or other sizes that differ.
    """
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs: Any, axes: Any, normalize: bool = False, **kwargs: Any) -> Tensor:
    """Products added up along an axis of each of two inputs (API: tf.keras.layers.dot).

    Args:
        inputs: a list of two tensors.
        axes: the axis to add up along, or a pair: that of each input.
        normalize: whether both have length 1 along it first, which gives the cosine.
        kwargs: what every layer takes, such as `name`.

    Returns:
        a tensor.

    Raises:
        ValueError: fewer than two inputs, or more.
    """
    return Dot(axes=axes, normalize=normalize, **kwargs)(inputs)
