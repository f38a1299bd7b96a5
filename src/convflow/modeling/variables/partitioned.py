"""Variables that are stored in parts (API: tf.get_variable(..., partitioner=...))."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.convert import convert_to_tensor, register_tensor_conversion_function
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.variables.base import Variable
from convflow.ops.array.concat import concat
from convflow.ops.array.identity import identity
from convflow.ops.array.split import split


class PartitionInfo:
    """Which part of a variable an initializer is asked for.

    Args:
        full_shape: the sizes of the whole variable.
        var_offset: where the part begins, per axis.
    """

    def __init__(self, full_shape: Sequence[int], var_offset: Sequence[int]) -> None:
        self.full_shape = list(full_shape)
        self.var_offset = list(var_offset)

    def single_offset(self, shape: Any) -> int:
        """Where a part of `shape` begins along the axis that is cut; 0 if none is."""
        axis = self.single_slice_dim(shape)
        return 0 if axis is None else self.var_offset[axis]

    def single_slice_dim(self, shape: Any) -> int | None:
        """The axis along which a part of `shape` is cut, None if it is whole; ValueError for several."""
        sizes = [int(size) for size in as_shape(shape)]
        cut = [axis for axis, (part, whole) in enumerate(zip(sizes, self.full_shape, strict=True)) if part != whole]
        if len(cut) > 1:
            raise ValueError(f"A part of shape {sizes} is cut along several axes of {self.full_shape}: {cut}.")
        return cut[0] if cut else None


class PartitionedVariable:
    """The parts of a variable in order; as a tensor, their concatenation.

    Args:
        name: the name of the whole; part i is the variable `name/part_i`.
        shape: its shape.
        dtype: its type.
        variable_list: the parts.
        partitions: how many parts there are along each axis; only one axis may have more than one.
    """

    def __init__(
        self, name: str, shape: Any, dtype: Any, variable_list: Sequence[Variable], partitions: Sequence[int]
    ) -> None:
        if not isinstance(variable_list, (list, tuple)) or not variable_list:
            raise TypeError(f"variable_list is not a list or tuple of variables: {variable_list!r}")
        if any(part._get_save_slice_info() is None for part in variable_list):
            raise ValueError("All variables must have a save_slice_info available: it says which part each one is.")
        self._name = name
        self._shape = as_shape(shape)
        self._dtype = dtypes.as_dtype(dtype)
        self._variable_list = sorted(variable_list, key=lambda part: part._get_save_slice_info().var_offset)
        self._partitions = list(partitions)

    def __iter__(self) -> Iterator[Variable]:
        return iter(self._variable_list)

    def __len__(self) -> int:
        cut = self._partition_axes()
        if len(cut) > 1:
            raise ValueError(f"Cannot get a length for {len(cut)} > 1 partition axes")
        return len(self._variable_list)

    def _partition_axes(self) -> list[int]:
        return [axis for axis, count in enumerate(self._partitions) if count > 1] or [0]

    @property
    def name(self) -> str:
        return self._name

    @property
    def dtype(self) -> dtypes.DType:
        return self._dtype

    @property
    def shape(self) -> TensorShape:
        return self._shape

    def get_shape(self) -> TensorShape:
        return self._shape

    def _get_variable_list(self) -> list[Variable]:
        return self._variable_list

    def _get_partitions(self) -> list[int]:
        return self._partitions

    def as_tensor(self) -> Tensor:
        """The whole variable: the parts' values joined."""
        if len(self._variable_list) == 1:
            whole: Any = self._variable_list[0]
        else:
            with name_scope(self._name + "/ConcatPartitions/"):
                whole = concat(self._variable_list, self._partition_axes()[0])
        with name_scope(None):
            return identity(whole, name=self._name)

    def assign(self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> Any:
        """Nodes that write the parts of `value`, one for each part of the variable."""
        return self._each("assign", value, use_locking, name, read_value)

    def assign_add(
        self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """Nodes that add the parts of `value`."""
        return self._each("assign_add", value, use_locking, name, read_value)

    def assign_sub(
        self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """Nodes that subtract the parts of `value`."""
        return self._each("assign_sub", value, use_locking, name, read_value)

    def _each(self, method: str, value: Any, use_locking: bool, name: str | None, read_value: bool) -> list[Any]:
        parts = value if isinstance(value, list) else self._cut(value)
        if len(parts) != len(self._variable_list):
            raise ValueError(f"{self!r} has {len(self._variable_list)} parts, got values for {len(parts)}.")
        return [
            getattr(part, method)(item, use_locking=use_locking, name=name, read_value=read_value)
            for part, item in zip(self._variable_list, parts, strict=True)
        ]

    def _cut(self, value: Any) -> list[Any]:
        whole = convert_to_tensor(value, dtype=self._dtype)
        if not whole.shape.is_compatible_with(self._shape):
            raise ValueError(f"{self!r} has the shape {self._shape}, the value {whole.shape}: they must be the same.")
        if len(self._variable_list) == 1:
            return [whole]
        axis = self._partition_axes()[0]
        return split(whole, [int(part.shape[axis]) for part in self._variable_list], axis)

    def __repr__(self) -> str:
        return f"<PartitionedVariable '{self._name}' shape={self._shape} dtype={self._dtype.name} parts={len(self)}>"


def _to_tensor(value: PartitionedVariable, dtype: Any, name: str | None, as_ref: bool) -> Any:
    if dtype is not None and not dtype.is_compatible_with(value.dtype):
        raise ValueError(
            f"Incompatible type conversion requested to type '{dtype.name}' for variable of type "
            f"'{value.dtype.name}': {value!r}. Use tf.cast."
        )
    if as_ref:
        raise NotImplementedError(f"{value!r} has no reference of its own: take those of its parts.")
    return value.as_tensor()


register_tensor_conversion_function(PartitionedVariable, _to_tensor)
