"""What makes an item of a record's parsed features (API: slim.tfexample_decoder)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from convflow.core import dtypes
from convflow.graph.sparse_tensor import SparseTensor as GraphSparseTensor
from convflow.ops.array.concat import concat
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.slice import slice_ as sliced
from convflow.ops.array.stack import stack
from convflow.ops.array.transpose import transpose
from convflow.ops.control_flow import cond
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal
from convflow.ops.math.reduce import reduce_prod
from convflow.ops.sparse.arrange import sparse_reshape
from convflow.ops.sparse.to_dense import sparse_tensor_to_dense

Tensors = Mapping[str, Any]


class ItemHandler(ABC):
    """Makes an item of features (API: slim.tfexample_decoder.ItemHandler).

    Args:
        keys: the name of a feature, or a list of names.
    """

    def __init__(self, keys: Any) -> None:
        self._keys = list(keys) if isinstance(keys, (tuple, list)) else [keys]

    @property
    def keys(self) -> list[str]:
        """The features that the item is made of."""
        return self._keys

    @abstractmethod
    def tensors_to_item(self, keys_to_tensors: Tensors) -> Any:
        """The item, a tensor, of {name of a feature: tensor or SparseTensor}."""


class ItemHandlerCallback(ItemHandler):
    """An item that a function makes (API: slim.tfexample_decoder.ItemHandlerCallback).

    Args:
        keys: see `ItemHandler`.
        func: a function of {name: tensor} that returns the item.
    """

    def __init__(self, keys: Any, func: Callable[[Tensors], Any]) -> None:
        super().__init__(keys)
        self._func = func

    def tensors_to_item(self, keys_to_tensors: Tensors) -> Any:
        return self._func(keys_to_tensors)


class BoundingBox(ItemHandler):
    """Boxes, shape (number, 4), of one feature for each side (API: slim.tfexample_decoder.BoundingBox).

    Args:
        keys: the names of the four sides; ymin, xmin, ymax, xmax if None.
        prefix: before each name.

    Raises:
        ValueError: not four names.
    """

    def __init__(self, keys: Sequence[str] | None = None, prefix: str = "") -> None:
        keys = ["ymin", "xmin", "ymax", "xmax"] if keys is None else keys
        if len(keys) != 4:
            raise ValueError(f"BoundingBox expects 4 keys but got {len(keys)}: {list(keys)}.")
        self._full_keys = [prefix + key for key in keys]
        super().__init__(self._full_keys)

    def tensors_to_item(self, keys_to_tensors: Tensors) -> Any:
        sides = [keys_to_tensors[key] for key in self._full_keys]
        rows = [expand_dims(side.values if isinstance(side, GraphSparseTensor) else side, 0) for side in sides]
        return transpose(concat(rows, 0))


class Tensor(ItemHandler):
    """A feature as a dense tensor (API: slim.tfexample_decoder.Tensor).

    Args:
        tensor_key: its name.
        shape_keys: a feature that holds the shape, or a list of one for each size.
        shape: the shape, instead.
        default_value: where a sparse feature has none.

    Raises:
        ValueError: both `shape_keys` and `shape`.
    """

    def __init__(self, tensor_key: str, shape_keys: Any = None, shape: Any = None, default_value: Any = 0) -> None:
        if shape_keys and shape is not None:
            raise ValueError("Cannot specify both shape_keys and shape parameters: one of them gives the shape.")
        self._tensor_key = tensor_key
        self._shape_keys = [shape_keys] if isinstance(shape_keys, str) else list(shape_keys or [])
        self._shape = shape
        self._default_value = default_value
        super().__init__([tensor_key, *self._shape_keys])

    def tensors_to_item(self, keys_to_tensors: Tensors) -> Any:
        tensor = keys_to_tensors[self._tensor_key]
        shape = self._shape
        if self._shape_keys:
            shape = reshape(stack([_dense(keys_to_tensors[key]) for key in self._shape_keys]), [-1])
        if not isinstance(tensor, GraphSparseTensor):
            return tensor if shape is None else reshape(tensor, shape)
        if shape is not None:
            tensor = sparse_reshape(tensor, shape)
        return sparse_tensor_to_dense(tensor, default_value=self._default_value)


def _dense(tensor: Any) -> Any:
    return sparse_tensor_to_dense(tensor) if isinstance(tensor, GraphSparseTensor) else tensor


class LookupTensor(Tensor):
    """A feature looked up in a table (API: slim.tfexample_decoder.LookupTensor).

    Args:
        table: with a method `lookup`.

    The others: see `Tensor`.
    """

    def __init__(
        self, tensor_key: str, table: Any, shape_keys: Any = None, shape: Any = None, default_value: Any = ""
    ) -> None:
        self._table = table
        super().__init__(tensor_key, shape_keys, shape, default_value)

    def tensors_to_item(self, keys_to_tensors: Tensors) -> Any:
        return self._table.lookup(super().tensors_to_item(keys_to_tensors))


class BackupHandler(ItemHandler):
    """An item, or another one where it is empty (API: slim.tfexample_decoder.BackupHandler).

    Args:
        handler: makes the item.
        backup: makes it where the first's tensor has no elements.

    Raises:
        ValueError: one of them is no `ItemHandler`.
    """

    def __init__(self, handler: ItemHandler, backup: ItemHandler) -> None:
        for which, given in (("Primary", handler), ("Backup", backup)):
            if not isinstance(given, ItemHandler):
                raise ValueError(f"{which} handler is of type {type(given)} instead of ItemHandler.")
        self._handler, self._backup = handler, backup
        super().__init__([*handler.keys, *backup.keys])

    def tensors_to_item(self, keys_to_tensors: Tensors) -> Any:
        item = self._handler.tensors_to_item(keys_to_tensors)
        return cond(
            equal(reduce_prod(shape_of(item)), 0),
            lambda: self._backup.tensors_to_item(keys_to_tensors),
            lambda: item,
        )


class SparseTensor(ItemHandler):
    """A sparse tensor of two features, of places and of values (API: slim.tfexample_decoder.SparseTensor).

    Args:
        indices_key, values_key: the features, "indices" and "values" if None.
        shape_key: a feature that holds the shape, or
        shape: the shape; the shape of the indices if both are None.
        densify: whether the item is dense, with
        default_value: where there is nothing.
    """

    def __init__(
        self,
        indices_key: str | None = None,
        values_key: str | None = None,
        shape_key: str | None = None,
        shape: Any = None,
        densify: bool = False,
        default_value: Any = 0,
    ) -> None:
        self._indices_key = indices_key or "indices"
        self._values_key = values_key or "values"
        self._shape_key = shape_key
        self._shape = shape
        self._densify = densify
        self._default_value = default_value
        super().__init__([self._indices_key, self._values_key, *([shape_key] if shape_key else [])])

    def tensors_to_item(self, keys_to_tensors: Tensors) -> Any:
        indices = keys_to_tensors[self._indices_key]
        values = keys_to_tensors[self._values_key]
        if self._shape_key:
            shape = keys_to_tensors[self._shape_key]
            shape = shape.values if isinstance(shape, GraphSparseTensor) else shape
        else:
            shape = indices.dense_shape if self._shape is None else self._shape
        # The feature holds the last coordinate of each value; the ones before it are where the feature itself stands.
        rank = shape_of(indices.indices)[1]
        before = sliced(indices.indices, [0, 0], stack([-1, rank - 1]))
        places = concat([before, reshape(cast(indices.values, dtypes.int64), [-1, 1])], 1)
        tensor = GraphSparseTensor(places, values.values, shape)
        return sparse_tensor_to_dense(tensor, self._default_value) if self._densify else tensor
