"""Residual networks of both versions; `resnet_v1` and `resnet_v2` name them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convflow.graph.operation import Tensor
from convflow.modeling.variables.scope import VariableScope, variable_scope
from convflow.slim.arg_scope import arg_scope
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.softmax import softmax
from convflow.slim.nets import resnet_utils
from convflow.slim.nets.heads import averaged, squeezed
from convflow.slim.utils import convert_collection_to_dict

Result = tuple[Tensor, dict[str, Tensor]]
# How many units the four blocks have, by the number of layers.
UNITS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3), 200: (3, 24, 36, 3)}
_STRIDES = (2, 2, 2, 1)


def network(
    name: str,
    unit: Callable[..., Any],
    root: Callable[[Any], Any],
    end: Callable[[Any], Any],
    inputs: Any,
    blocks: Sequence[resnet_utils.Block],
    num_classes: int | None,
    is_training: Any,
    global_pool: bool,
    output_stride: int | None,
    include_root_block: bool,
    reuse: Any,
    scope: Any,
    spatial_squeeze: bool,
    store_non_strided_activations: bool = False,
    list_global_pool: bool = False,
) -> Result:
    """A residual network: root, blocks, `end`, logits.

    Args:
        store_non_strided_activations: see `resnet_utils.stack_blocks_dense`.
        list_global_pool: whether the average over the places is the end point "global_pool".
    """
    opened: VariableScope
    with variable_scope(scope, name, [inputs], reuse=reuse) as opened:
        collection = opened.original_name_scope + "_end_points"
        collected = [convolution2d, unit, resnet_utils.stack_blocks_dense]
        with arg_scope(collected, outputs_collections=collection), arg_scope([batch_norm], is_training=is_training):
            net = inputs
            inner_stride: float | None = output_stride
            if include_root_block:
                inner_stride = _after_root(output_stride)
                net = root(net)
            net = resnet_utils.stack_blocks_dense(
                net, blocks, inner_stride, store_non_strided_activations=store_non_strided_activations
            )
            net = end(net)
            pooled = averaged(net, "pool5") if global_pool else None
            net = net if pooled is None else pooled
            if num_classes:
                net = convolution2d(net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope="logits")
            end_points = convert_collection_to_dict(collection)
            if list_global_pool and pooled is not None:
                end_points["global_pool"] = pooled
            if not num_classes:
                return net, end_points
            if spatial_squeeze:
                net = squeezed(net, "SpatialSqueeze")
                end_points[f"{opened.name}/spatial_squeeze"] = net
            end_points["predictions"] = softmax(net, scope="predictions")
            return net, end_points


def _after_root(output_stride: int | None) -> float | None:
    if output_stride is None:
        return None
    if output_stride % 4 != 0:
        raise ValueError(
            f"The output_stride needs to be a multiple of 4, by which the root makes pictures smaller. "
            f"Got {output_stride}: choose 4, 8, 16 or 32."
        )
    return output_stride / 4


def block(unit: Callable[..., Any], scope: str, base_depth: int, num_units: int, stride: int) -> resnet_utils.Block:
    """Bottleneck units, the last of which has the stride."""
    depths = {"depth": base_depth * 4, "depth_bottleneck": base_depth}
    units = [{**depths, "stride": 1}] * (num_units - 1) + [{**depths, "stride": stride}]
    return resnet_utils.Block(scope, unit, units)


def of_depth(version: Callable[..., Result], make_block: Callable[..., Any], layers: int) -> Callable[..., Result]:
    """The network with so many layers."""
    name = f"{version.__name__}_{layers}"

    def function(
        inputs: Any,
        num_classes: int | None = None,
        is_training: Any = True,
        global_pool: bool = True,
        output_stride: int | None = None,
        reuse: Any = None,
        scope: Any = name,
        spatial_squeeze: bool = False,
    ) -> Result:
        blocks = [
            make_block(f"block{number}", base_depth=32 * 2**number, num_units=units, stride=stride)
            for number, (units, stride) in enumerate(zip(UNITS[layers], _STRIDES, strict=True), 1)
        ]
        return version(
            inputs, blocks, num_classes, is_training, global_pool, output_stride, include_root_block=True,
            reuse=reuse, scope=scope, spatial_squeeze=spatial_squeeze,
        )  # fmt: skip

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""The network of {layers} layers (API: slim.nets.{version.__name__}.{name}).

    The arguments, the errors: see `{version.__name__}`.
    """
    function.default_image_size = 224  # type: ignore[attr-defined]
    return function
