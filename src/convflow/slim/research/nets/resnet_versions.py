"""What both versions of the residual networks of the research models are made by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convflow.slim.nets import resnet, resnet_utils

_STRIDES = (2, 2, 2, 1)


def any_blocks(
    name: str, bottleneck: Callable[..., Any], root: Callable[[Any], Any], end: Callable[[Any], Any]
) -> Callable[..., resnet.Result]:
    """The residual network of any blocks whose logits have no axes of places, unless they are asked for."""

    def version(
        inputs: Any,
        blocks: Sequence[resnet_utils.Block],
        num_classes: int | None = None,
        is_training: Any = True,
        global_pool: bool = True,
        output_stride: int | None = None,
        include_root_block: bool = True,
        spatial_squeeze: bool = True,
        store_non_strided_activations: bool = False,
        reuse: Any = None,
        scope: Any = None,
    ) -> resnet.Result:
        return resnet.network(
            name, bottleneck, root, end, inputs, blocks, num_classes, is_training, global_pool, output_stride,
            include_root_block, reuse, scope, spatial_squeeze, store_non_strided_activations, list_global_pool=True,
        )  # fmt: skip

    version.__name__ = version.__qualname__ = name
    version.__doc__ = f"""A residual network of any blocks.

    Args:
        spatial_squeeze: whether the axes of the places, 1 x 1 after `global_pool`, are dropped from the logits.
        store_non_strided_activations: see `resnet_utils.stack_blocks_dense`.

    The other arguments, what is returned, the errors: see `slim.nets.{name}.{name}`. The average over the places is
    the end point "global_pool".
    """
    version.default_image_size = 224  # type: ignore[attr-defined]
    return version


def of_depth(
    version: Callable[..., resnet.Result], make_block: Callable[..., Any], layers: int
) -> Callable[..., resnet.Result]:
    """The network with so many layers."""
    name = f"{version.__name__}_{layers}"

    def function(
        inputs: Any,
        num_classes: int | None = None,
        is_training: Any = True,
        global_pool: bool = True,
        output_stride: int | None = None,
        spatial_squeeze: bool = True,
        store_non_strided_activations: bool = False,
        min_base_depth: int = 8,
        depth_multiplier: float = 1,
        reuse: Any = None,
        scope: Any = name,
    ) -> resnet.Result:
        blocks = [
            make_block(
                f"block{number}", base_depth=max(int(32 * 2**number * depth_multiplier), min_base_depth),
                num_units=units, stride=stride,
            )
            for number, (units, stride) in enumerate(zip(resnet.UNITS[layers], _STRIDES, strict=True), 1)
        ]  # fmt: skip
        return version(
            inputs, blocks, num_classes, is_training, global_pool, output_stride, include_root_block=True,
            spatial_squeeze=spatial_squeeze, store_non_strided_activations=store_non_strided_activations,
            reuse=reuse, scope=scope,
        )  # fmt: skip

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""The network of {layers} layers.

    Args:
        min_base_depth: the fewest filters that the narrow convolutions of a block may have.
        depth_multiplier: what their numbers are multiplied by.

    The other arguments, the errors: see `{version.__name__}`.
    """
    function.default_image_size = 224  # type: ignore[attr-defined]
    return function
