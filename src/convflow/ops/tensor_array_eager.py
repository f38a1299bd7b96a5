"""`tf.TensorArray` in eager mode: a list of tensors."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes, errors
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.static_value import constant_value
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant, zeros
from convflow.ops.array.split import split
from convflow.ops.array.stack import stack, unstack


class TensorList:
    """The methods of `tf.TensorArray` on a Python list; what is written is seen by all who hold the array."""

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: bool | None = None,
        clear_after_read: bool | None = None,
        tensor_array_name: str | None = None,
        handle: Any = None,
        flow: Any = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ) -> None:
        if handle is not None:
            raise ValueError("TensorArray in eager mode cannot be made from a handle: pass size.")
        self._dtype = dtypes.as_dtype(dtype).base_dtype
        self._dynamic_size = bool(dynamic_size)
        self._clear_after_read = clear_after_read is not False
        self._infer_shape = infer_shape
        self._element_shape = [as_shape(element_shape)]
        self._flow = constant(0, dtype=dtypes.int32)
        self._items: list[Tensor | None] = [None] * (0 if size is None else int(size))
        self._read: set[int] = set()

    @property
    def handle(self) -> None:
        """None: there is no node."""
        return None

    def with_flow(self, flow: Any) -> Any:
        return self

    def identity(self) -> Any:
        return self

    def grad(self, source: str, flow: Any = None, name: str | None = None) -> Any:
        raise NotImplementedError(
            "TensorArray.grad is not supported when executing eagerly; eager's gradient implementation does not use "
            "arrays of gradients. Use tf.GradientTape."
        )

    def read(self, index: Any, name: str | None = None) -> Tensor:
        place = _number(index)
        if not 0 <= place < len(self._items):
            raise errors.OutOfRangeError(
                None, None, f"Tried to read from index {place} but array size is: {len(self._items)}"
            )
        if place in self._read:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Could not read index {place} twice because it was cleared after a previous read "
                "(perhaps try setting clear_after_read = false?)",
            )
        item = self._items[place]
        if item is None:
            item = self._items[place] = self._blank(place)
        if self._clear_after_read:
            self._items[place] = None
            self._read.add(place)
        return item

    def _blank(self, place: int) -> Tensor:
        shape = self._element_shape[0]
        if not shape.is_fully_defined():
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Could not read TensorArray index {place}: it has not been written, and the element shape {shape} is "
                "not fully defined. Write it first, or pass element_shape=.",
            )
        return zeros(shape, self._dtype)

    def write(self, index: Any, value: Any, name: str | None = None) -> Any:
        self._set(_number(index), convert_to_tensor(value, preferred_dtype=self._dtype))
        return self

    def _set(self, place: int, tensor: Tensor) -> None:
        if place < 0 or (place >= len(self._items) and not self._dynamic_size):
            raise errors.OutOfRangeError(
                None,
                None,
                f"Tried to write to index {place} but array is not resizeable and size is: {len(self._items)}. "
                "Pass dynamic_size=True.",
            )
        if tensor.dtype.base_dtype is not self._dtype:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"TensorArray dtype is {self._dtype.name} but Op is trying to write dtype {tensor.dtype.name}. "
                "Use tf.cast.",
            )
        if not self._element_shape[0].is_compatible_with(tensor.shape):
            raise ValueError(
                f"Incompatible shape for value ({tensor.shape}), expected ({self._element_shape[0]}). "
                "Pass infer_shape=False to tf.TensorArray for tensors of different shapes."
            )
        if self._infer_shape:
            self._element_shape[0] = self._element_shape[0].merge_with(tensor.shape)
        self._items += [None] * (place + 1 - len(self._items))
        self._items[place] = tensor
        self._read.discard(place)

    def stack(self, name: str | None = None) -> Tensor:
        return self.gather(range(len(self._items)))

    def gather(self, indices: Any, name: str | None = None) -> Tensor:
        if isinstance(indices, Tensor):
            indices = constant_value(indices)
        items = [self.read(place) for place in indices]
        if items:
            return stack(items)
        shape = self._element_shape[0]
        return zeros(TensorShape([0]).concatenate(shape if shape.is_fully_defined() else []), self._dtype)

    def concat(self, name: str | None = None) -> Tensor:
        return concat([self.read(place) for place in range(len(self._items))], axis=0)

    def unstack(self, value: Any, name: str | None = None) -> Any:
        rows = unstack(convert_to_tensor(value, preferred_dtype=self._dtype))
        if len(rows) > len(self._items) and not self._dynamic_size:
            raise ValueError(
                f"Cannot unstack {len(rows)} tensors into a TensorArray of static size {len(self._items)}: "
                "pass dynamic_size=True."
            )
        for place, row in enumerate(rows):
            self._set(place, row)
        return self

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> Any:
        if isinstance(indices, Tensor):
            indices = constant_value(indices)
        for place, row in zip(indices, unstack(convert_to_tensor(value, preferred_dtype=self._dtype)), strict=True):
            self._set(int(place), row)
        return self

    def split(self, value: Any, lengths: Any, name: str | None = None) -> Any:
        sizes = constant_value(convert_to_tensor(lengths, preferred_dtype=dtypes.int64))
        value = convert_to_tensor(value, preferred_dtype=self._dtype)
        for place, part in enumerate(split(value, [int(size) for size in sizes])):  # type: ignore[union-attr]
            self._set(place, part)
        return self

    def size(self, name: str | None = None) -> Tensor:
        return constant(len(self._items), dtype=dtypes.int32)

    def close(self, name: str | None = None) -> None:
        self._items.clear()


def _number(index: Any) -> int:
    return int(index)
