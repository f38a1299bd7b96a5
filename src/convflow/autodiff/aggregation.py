"""Adding up the gradients that several readers of a tensor give (API: tf.AggregationMethod)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import colocate_with, name_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.gather import gather
from convflow.ops.math.arithmetic import add_n
from convflow.ops.math.cast import cast


class AggregationMethod:
    """How contributions to one gradient are summed (API: tf.AggregationMethod).

    ADD_N waits for all of them and adds them at once; the experimental methods, which are one here, add them in
    pairs, so that each can be let go as soon as it is added.
    """

    ADD_N = 0
    DEFAULT = ADD_N
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2


_METHODS = (
    AggregationMethod.ADD_N,
    AggregationMethod.EXPERIMENTAL_TREE,
    AggregationMethod.EXPERIMENTAL_ACCUMULATE_N,
)


def checked_method(method: Any) -> int:
    """A method for None as for a valid one; ValueError for others."""
    if method is None:
        return AggregationMethod.DEFAULT
    if method not in _METHODS:
        raise ValueError(
            f"Invalid `aggregation_method` specified {method}. Accepted values are {list(_METHODS)}: "
            "use tf.AggregationMethod.ADD_N or one of its experimental methods."
        )
    return method


def aggregated(contributions: list[Any], method: int, reader: Operation | None = None) -> Any:
    """The sum of several gradients of one tensor: slices where all are, else a tensor.

    Args:
        contributions: two or more tensors or `IndexedSlices`.
        reader: the operation whose output they are the gradients of; it names the partial sums of nodes.
    """
    if all(isinstance(item, Tensor) for item in contributions):
        return _sum_of_tensors(contributions, method, reader)
    if any(isinstance(item, Tensor) for item in contributions):
        return add_n(contributions)
    return _joined_slices(contributions)


def _sum_of_tensors(tensors: list[Tensor], method: int, reader: Operation | None) -> Tensor:
    if method == AggregationMethod.ADD_N or reader is None:
        return _sum_by_device(tensors)
    with name_scope(f"{reader.name}_gradient_sum"):
        total = tensors[0]
        for tensor in tensors[1:]:
            total = add_n([total, tensor])
        return total


def _sum_by_device(tensors: list[Tensor]) -> Tensor:
    # What is on one device is added there; only the sums travel.
    by_device: dict[str, list[Tensor]] = {}
    for tensor in tensors:
        by_device.setdefault(tensor.device, []).append(tensor)
    sums = []
    for device in sorted(by_device):
        with colocate_with(by_device[device][0], ignore_existing=True):
            sums.append(add_n(by_device[device]))
    return add_n(sums)


def _joined_slices(slices: list[IndexedSlices]) -> IndexedSlices:
    flat = [_flat(item) for item in _with_one_index_type(slices)]
    return IndexedSlices(
        concat([item.values for item in flat], axis=0),
        concat([item.indices for item in flat], axis=0),
        flat[0].dense_shape,
    )


def _with_one_index_type(slices: list[IndexedSlices]) -> list[IndexedSlices]:
    if len({item.indices.dtype for item in slices}) == 1:
        return slices
    return [IndexedSlices(item.values, cast(item.indices, dtypes.int64), item.dense_shape) for item in slices]


def _flat(slices: IndexedSlices) -> IndexedSlices:
    """Slices of tensors; slices of slices point through both levels of indices."""
    if isinstance(slices.values, Tensor):
        return slices
    inner = _flat(slices.values)
    return IndexedSlices(inner.values, gather(slices.indices, inner.indices), slices.dense_shape)
