"""Items of sequences: boxes and points of several pictures (API: slim.tfexample_decoder)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.core import dtypes
from convflow.graph.scopes import control_dependencies
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones_like
from convflow.ops.array.gather import unsorted_segment_sum
from convflow.ops.array.identity import identity
from convflow.ops.array.reshape import expand_dims
from convflow.ops.assert_compare import assert_equal
from convflow.ops.sparse.cut import sparse_concat
from convflow.ops.sparse.select import expand_dims as sparse_expand_dims
from convflow.ops.sparse.to_dense import sparse_tensor_to_dense
from convflow.slim.data.item_handler import ItemHandler, Tensors


class _CoordinatesSequence(ItemHandler):
    """Features of shape (time, number), one for each coordinate, as one tensor (time, number, coordinates).

    Args:
        keys: the features; `_KEYS` if None.
        prefix: before each name.
        return_dense: whether the item is dense, with
        default_value: where a picture has fewer than others.
    """

    _KEYS: tuple[str, ...]

    def __init__(
        self,
        keys: Sequence[str] | None = None,
        prefix: str | None = None,
        return_dense: bool = True,
        default_value: float = -1.0,
    ) -> None:
        keys = self._KEYS if keys is None else keys
        if len(keys) != len(self._KEYS):
            raise ValueError(f"{type(self).__name__} expects {len(self._KEYS)} keys but got {len(keys)}: {list(keys)}.")
        self._full_keys = [(prefix or "") + key for key in keys]
        self._return_dense = return_dense
        self._default_value = default_value
        super().__init__(self._full_keys)

    def tensors_to_item(self, keys_to_tensors: Tensors) -> Any:
        coordinates = [keys_to_tensors[key] for key in self._full_keys]
        if self._return_dense:
            dense = [sparse_tensor_to_dense(one, default_value=self._default_value) for one in coordinates]
            return concat([expand_dims(one, 2) for one in dense], 2)
        return sparse_concat(2, [sparse_expand_dims(one, 2) for one in coordinates])


class BoundingBoxSequence(_CoordinatesSequence):
    """Boxes of several pictures, (time, number, 4) (API: slim.tfexample_decoder.BoundingBoxSequence)."""

    _KEYS = ("ymin", "xmin", "ymax", "xmax")


class KeypointsSequence(_CoordinatesSequence):
    """Points of several pictures, (time, number, 2) (API: slim.tfexample_decoder.KeypointsSequence)."""

    _KEYS = ("y", "x")


class NumBoxesSequence(ItemHandler):
    """How many boxes each picture has, int64 (time,) (API: slim.tfexample_decoder.NumBoxesSequence).

    Args:
        keys: sparse features with a value for each box.
        check_consistency: whether features that disagree are an InvalidArgumentError.

    Raises:
        ValueError: no keys.
    """

    def __init__(self, keys: Any = None, check_consistency: bool = True) -> None:
        super().__init__(keys)
        if not keys:
            raise ValueError("NumBoxesSequence expects at least one key: a feature with a value for each box.")
        self._check_consistency = check_consistency

    def tensors_to_item(self, keys_to_tensors: Tensors) -> Any:
        counts = [_counts(keys_to_tensors[key]) for key in self._keys]
        checks = [assert_equal(counts[0], other) for other in counts[1:]] if self._check_consistency else []
        with control_dependencies(checks):
            return identity(counts[0])


def _counts(tensor: Any) -> Any:
    if not isinstance(tensor, SparseTensor):
        raise ValueError("tensor must be of type tf.SparseTensor. Parse it as a VarLenFeature.")
    ones = ones_like(tensor.values, dtype=dtypes.int64)
    return unsorted_segment_sum(ones, tensor.indices[:, 0], tensor.dense_shape[0])
