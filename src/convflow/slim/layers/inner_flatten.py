"""The last axes put together until a rank is left (tf.contrib.layers' own helper, which programs import)."""

from __future__ import annotations

from typing import Any

from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops.array.concat import concat
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.strided_slice import strided_slice
from convflow.ops.assert_rank import assert_rank_at_least
from convflow.ops.math.reduce import reduce_prod
from convflow.ops.sparse.arrange import sparse_reshape
from convflow.slim.arg_scope import add_arg_scope
from convflow.slim.utils import collect_named_outputs


@add_arg_scope
def inner_flatten(inputs: Any, new_rank: Any, output_collections: Any = None, scope: Any = None) -> Any:
    """`inputs` with its last axes as one, so that `new_rank` axes are left.

    Args:
        inputs: a tensor, dense or sparse, of at least that rank.

    Raises:
        ValueError: a lower rank.
    """
    with name_scope(scope, "InnerFlatten", [inputs, new_rank]) as opened:
        if isinstance(inputs, SparseTensor):
            flattened: Any = _sparse(inputs, new_rank)
        else:
            flattened = _dense(convert_to_tensor(inputs), new_rank)
    return collect_named_outputs(output_collections, opened, flattened)


def _sparse(inputs: SparseTensor, new_rank: int) -> SparseTensor:
    sizes: Any = inputs.dense_shape
    rank = sizes.shape[0].value
    if rank < new_rank:
        raise ValueError(
            f"Inputs has rank less than new_rank. {inputs} must have rank at least {new_rank}. Received rank {rank}, "
            f"shape {inputs.get_shape()}."
        )
    outer, inner = sizes[: new_rank - 1], sizes[new_rank - 1 :]
    return sparse_reshape(inputs, concat((outer, [reduce_prod(inner)]), 0))


def _dense(inputs: Tensor, new_rank: Any) -> Tensor:
    check = assert_rank_at_least(inputs, new_rank, message="inputs has rank less than new_rank")
    with control_dependencies([check]):
        outer = strided_slice(shape_of(inputs), [0], [new_rank - 1])
        flattened = reshape(inputs, concat((outer, [-1]), 0))
    if isinstance(new_rank, int) and inputs.shape.rank is not None:
        inner = inputs.shape[new_rank - 1 :].num_elements()
        flattened.set_shape([*inputs.shape.as_list()[: new_rank - 1], inner])
    return flattened
