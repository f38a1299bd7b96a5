"""Examples of a batch several times, one after the other (API: tf.contrib.seq2seq.tile_batch)."""

from __future__ import annotations

from typing import Any

from convflow.core import nest
from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.recurrent.seq2seq.memory import static_or_shape
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.tile import tile


def tile_batch(t: Any, multiplier: int, name: str | None = None) -> Any:
    """Each example `multiplier` times, one after the other (API: tf.contrib.seq2seq.tile_batch).

    Args:
        t: shape (batch, ...), or a structure of such tensors.
        multiplier: how often, an integer.

    Returns:
        Shape (batch * multiplier, ...), in the structure of `t`.

    Raises:
        ValueError: a scalar, or a tensor of unknown rank.
    """
    with name_scope(name, "tile_batch", [*nest.flatten(t), multiplier]):
        return nest.map_structure(lambda part: _tiled(part, multiplier), t)


def _tiled(value: Any, multiplier: int) -> Tensor:
    tensor = convert_to_tensor(value, name="t")
    rank = tensor.shape.rank
    if not rank:
        raise ValueError(f"t must have a batch axis and a known rank, got shape {tensor.shape}. Use set_shape on it.")
    times = concat([[1, multiplier], ones([rank_of(tensor) - 1], dtype="int32")], 0)
    repeated = tile(expand_dims(tensor, 1), times)
    result = reshape(repeated, concat([[static_or_shape(tensor, 0) * multiplier], shape_of(tensor)[1:]], 0))
    batch = tensor.shape.as_list()[0]
    rows = batch * multiplier if batch is not None and isinstance(multiplier, int) else None
    result.set_shape(TensorShape([rows]).concatenate(tensor.shape[1:]))
    return result
