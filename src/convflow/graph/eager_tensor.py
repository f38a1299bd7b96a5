"""Tensors that have their value already (API: what operations return in eager mode)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import torch

from convflow.core import dtypes, values
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import OpDef
from convflow.graph.operation import Operation, Tensor

if TYPE_CHECKING:
    from convflow.graph.graph import Graph

_DEVICE = "/job:localhost/replica:0/task:0/device:CPU:0"
_numbers = count()


class EagerTensor(Tensor):
    """A tensor whose value is known: made by an operation that has run.

    Args:
        value: the kernel's value: a PyTorch tensor, an object array of bytes, or a resource.
        dtype: its element type.
        owner: the graph that ran the operation.
    """

    _number: int | None = None

    def __init__(self, value: Any, dtype: dtypes.DType, owner: Graph) -> None:
        self._value = value
        self._dtype = dtype
        self._eager_graph = owner

    @property
    def _owner(self) -> Graph:
        return self._eager_graph

    # What only nodes of a graph have

    @property
    def op(self) -> NoReturn:
        raise AttributeError("Tensor.op is meaningless when eager execution is enabled.")

    @property
    def graph(self) -> NoReturn:
        raise AttributeError("Tensor.graph is meaningless when eager execution is enabled.")

    @property
    def name(self) -> NoReturn:
        raise AttributeError("Tensor.name is meaningless when eager execution is enabled.")

    @property
    def value_index(self) -> NoReturn:
        raise AttributeError("Tensor.value_index is meaningless when eager execution is enabled.")

    def consumers(self) -> NoReturn:
        raise NotImplementedError("consumers not supported for Eager Tensors: they take part in no graph.")

    def eval(self, feed_dict: Any = None, session: Any = None) -> NoReturn:
        """NotImplementedError: there is nothing to evaluate."""
        raise NotImplementedError(
            "eval is not supported when eager execution is enabled, is .numpy() what you're looking for?"
        )

    # What is known of the value

    @property
    def device(self) -> str:
        return _DEVICE

    @property
    def shape(self) -> TensorShape:
        return TensorShape(self._shape_tuple())

    def get_shape(self) -> TensorShape:
        return self.shape

    @property
    def _shape(self) -> TensorShape:  # type: ignore[override]
        return self.shape

    def _shape_tuple(self) -> tuple[int, ...]:
        value = self._value
        return tuple(value.shape) if isinstance(value, (torch.Tensor, np.ndarray)) else ()

    @property
    def ndim(self) -> int:
        return len(self._shape_tuple())

    def set_shape(self, shape: Any) -> None:
        """Check the shape; ValueError if it is another one."""
        if not self.shape.is_compatible_with(shape):
            raise ValueError(
                f"Tensor's shape {self.shape} is not compatible with supplied shape {as_shape(shape)}: "
                "a value has one shape, use tf.reshape for another."
            )

    @property
    def _id(self) -> int:
        if self._number is None:
            self._number = next(_numbers)
        return self._number

    # The value

    def numpy(self) -> Any:
        """The value as an array of its own, a NumPy scalar where it has no axes (API: EagerTensor.numpy).

        Raises:
            ValueError: a resource or variant, which has no array.
        """
        array = self._array()
        return array[()] if array.ndim == 0 else array.copy()

    def _array(self) -> np.ndarray:
        if not isinstance(self._value, (torch.Tensor, np.ndarray)):
            raise ValueError(
                f"A tensor of type {self._dtype.name} holds {self._value!r}, expected numbers or strings: "
                "only these have a NumPy array. Read the variable, or take elements of the iterator."
            )
        return values.to_numpy(self._value)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        array = self._array()
        return array.copy() if dtype is None or array.dtype == dtype else array.astype(dtype)

    def cpu(self) -> EagerTensor:
        """The tensor itself: there is one device."""
        return self

    def gpu(self, gpu_index: int = 0) -> NoReturn:
        """RuntimeError: no accelerator takes part in eager execution."""
        raise RuntimeError(f"Cannot copy to GPU {gpu_index}: the tensors of eager mode are in the main memory.")

    def __int__(self) -> int:
        return int(self._array())

    def __index__(self) -> int:
        return self._array().__index__()

    def __float__(self) -> float:
        return float(self._array())

    def __complex__(self) -> complex:
        return complex(self._array())

    def __bool__(self) -> bool:
        return bool(self._array())

    def __format__(self, format_spec: str) -> str:
        return self.numpy().__format__(format_spec)

    def __len__(self) -> int:
        sizes = self._shape_tuple()
        if not sizes:
            raise TypeError("Scalar tensor has no `len()`")
        return sizes[0]

    def __iter__(self) -> Iterator[Any]:
        sizes = self._shape_tuple()
        if not sizes:
            raise TypeError("Cannot iterate over a scalar tensor.")
        return (self[index] for index in range(sizes[0]))

    def __copy__(self) -> EagerTensor:
        return self

    def __deepcopy__(self, memo: Any) -> EagerTensor:
        return self

    def __reduce__(self) -> Any:
        return _from_array, (self._array(),)

    def _text(self) -> str:
        if not isinstance(self._value, (torch.Tensor, np.ndarray)):
            return "<unprintable>"
        array = self._array()
        text = str(array[()]) if array.ndim == 0 else repr(array)
        return "\n" + text if "\n" in text else text

    def __str__(self) -> str:
        text = self._text()
        if self.ndim and text != "<unprintable>":
            text = str(self._array())
            text = "\n" + text if "\n" in text else text
        return f"tf.Tensor({text}, shape={self.shape}, dtype={self._dtype.name})"

    def __repr__(self) -> str:
        return f"<tf.Tensor: id={self._id}, shape={self.shape}, dtype={self._dtype.name}, numpy={self._text()}>"


class EagerOperation(Operation):
    """An operation that has run, as gradient functions see it: inputs and outputs have their values."""

    def __init__(
        self, owner: Graph, definition: OpDef, inputs: tuple[Tensor, ...], outputs: list[Any], attrs: dict[str, Any]
    ) -> None:
        super().__init__(owner, definition, definition.name, 0, inputs, [], attrs, (), _DEVICE, ())
        self._outputs = outputs


def name_of(tensor: Any) -> str:
    """What messages call a tensor: its name, where it has one."""
    return "EagerTensor" if isinstance(tensor, EagerTensor) else tensor.name


def _from_array(array: np.ndarray) -> Any:
    """How a pickled tensor comes back: as a constant of whatever is running then."""
    return convert_to_tensor(array)
