"""The values of a tensor array while a plan runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from convflow.core import dtypes, errors
from convflow.core.shape import TensorShape


def _refuse(message: str) -> Any:
    raise errors.InvalidArgumentError(None, None, message)


class ArrayValues:
    """A list of values of one type that are each written once; what the handle of a tensor array stands for.

    Args:
        name: for messages.
        dtype: the type of the values.
        size: how many there are.
        dynamic_size: a write behind the end makes it longer.
        clear_after_read: a value is let go when it is read.
        element_shape: what is known of the values' shapes.
        same_shapes: all values have one shape.
        forward: of the gradient of an array, that array: it says the shapes of values that are never written, which
            are zero, and several values written to one place add up.
    """

    def __init__(
        self,
        name: str,
        dtype: dtypes.DType,
        size: int,
        dynamic_size: bool,
        clear_after_read: bool,
        element_shape: TensorShape,
        same_shapes: bool,
        forward: ArrayValues | None = None,
        prepended: tuple[int, ...] = (),
    ) -> None:
        self.name = name
        self.dtype = dtype
        self.dynamic_size = dynamic_size
        self.clear_after_read = clear_after_read
        self.element_shape = element_shape
        self.same_shapes = same_shapes
        self._forward = forward
        self._prepended = prepended
        self._values: list[Any] = [None] * size
        self._shapes: list[tuple[int, ...] | None] = [None] * size
        self._state = ["empty"] * size
        self._gradients: dict[Any, ArrayValues] = {}

    @property
    def size(self) -> int:
        return len(self._values)

    def gradient(self, source: str, prepended: tuple[int, ...] = ()) -> ArrayValues:
        """The array of the gradients that come from `source`, made at its first use."""
        if (source, prepended) not in self._gradients:
            shape = TensorShape(prepended).concatenate(self.element_shape) if prepended else self.element_shape
            self._gradients[source, prepended] = ArrayValues(
                f"{self.name}@{source}", self.dtype, self.size, False, False, shape, self.same_shapes, self, prepended
            )
        return self._gradients[source, prepended]

    def write(self, index: int, value: Any) -> None:
        self._make_room(index)
        self._check_shape(index, value)
        state = self._state[index]
        if state == "empty":
            self._values[index] = value
        elif self._forward is not None and state == "written":
            self._values[index] = self._values[index] + value
        else:
            reason = "already been written to" if state == "written" else "already been read"
            _refuse(f"TensorArray {self.name}: Could not write to TensorArray index {index} because it has {reason}.")
        self._state[index] = "written"
        self._shapes[index] = tuple(value.shape)

    def _make_room(self, index: int) -> None:
        if 0 <= index < self.size:
            return
        if index < 0 or not self.dynamic_size:
            _refuse(
                f"TensorArray {self.name}: Tried to write to index {index} but array is not resizeable and size is: "
                f"{self.size}. Pass dynamic_size=True, or a larger size."
            )
        more = index + 1 - self.size
        self._values += [None] * more
        self._shapes += [None] * more
        self._state += ["empty"] * more

    def _check_shape(self, index: int, value: Any) -> None:
        shape = TensorShape(value.shape)
        if not self.element_shape.is_compatible_with(shape):
            _refuse(
                f"TensorArray {self.name}: Could not write to TensorArray index {index} because the value shape is "
                f"{shape} which is incompatible with the TensorArray's inferred element shape: {self.element_shape} "
                "(consider setting infer_shape=False)."
            )
        if self.same_shapes:
            self.element_shape = shape

    def read(self, index: int) -> Any:
        if not 0 <= index < self.size:
            _refuse(f"TensorArray {self.name}: Tried to read from index {index} but array size is: {self.size}.")
        if self._state[index] == "cleared":
            _refuse(
                f"TensorArray {self.name}: Could not read index {index} twice because it was cleared after a previous "
                "read (perhaps try setting clear_after_read = false?)."
            )
        if self._state[index] == "empty":
            return self._zeros(index)
        value = self._values[index]
        if self.clear_after_read:
            self._values[index] = None
            self._state[index] = "cleared"
        return value

    def _zeros(self, index: int) -> Any:
        shape: Any = self._shape_of_forward(index)
        if shape is None and self.element_shape.is_fully_defined():
            shape = tuple(self.element_shape.as_list())
        if shape is None:
            _refuse(
                f"TensorArray {self.name}: Could not read from TensorArray index {index}. It was never written, and "
                f"the element shape is not fully defined: {self.element_shape}. Write all indices, or pass "
                "element_shape to the (forward) tf.TensorArray."
            )
        if self.dtype is dtypes.string:
            return np.full(shape, b"", object)
        return torch.zeros(shape, dtype=self.dtype.as_torch_dtype)

    def _shape_of_forward(self, index: int) -> tuple[int, ...] | None:
        if self._forward is None or index >= self._forward.size:
            return None
        shape = self._forward._shapes[index]
        return None if shape is None else (*self._prepended, *shape)

    def clear(self) -> None:
        self._values.clear()
        self._shapes.clear()
        self._state.clear()


def joined(parts: list[Any], together: bool) -> Any:
    """Values along a new first axis, or along their own (`together`)."""
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts) if together else np.stack(parts)
    return torch.cat(parts) if together else torch.stack(parts)


def nothing(dtype: dtypes.DType, element_shape: TensorShape, what: str) -> Any:
    """What an empty array gives: no rows of the known shape."""
    if not element_shape.is_fully_defined():
        _refuse(
            f"TensorArray has size zero, but element shape {element_shape} is not fully defined. Currently only static "
            f"shapes are supported when {what} zero-size TensorArrays."
        )
    sizes = [0, *(int(size) for size in element_shape)]
    if dtype is dtypes.string:
        return np.empty(sizes, object)
    return torch.zeros(sizes, dtype=dtype.as_torch_dtype)
