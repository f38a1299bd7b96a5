"""How Inception networks are described, stage by stage, and built from the description."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Tensor
from convflow.modeling.variables.initializers import TruncatedNormal
from convflow.modeling.variables.initializers_contrib import variance_scaling_initializer
from convflow.modeling.variables.regularizers import l2_regularizer
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.activation import relu
from convflow.ops.array.concat import concat
from convflow.slim.arg_scope import arg_scope
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.dense import fully_connected
from convflow.slim.layers.depthwise import separable_convolution2d
from convflow.slim.layers.pooling import avg_pool2d, max_pool2d

Result = tuple[Tensor, dict[str, Tensor]]
Size = tuple[int, int]


@dataclass(frozen=True)
class Conv:
    """A convolution.

    Args:
        filters: how many, before the depth multiplier.
        size: height and width of the filters.
        at: its place in the branch, part of the name: "0a" in Conv2d_0a_1x1.
        stride: steps between places.
        padding: "SAME" or "VALID".
        stddev: of the truncated normal that the weights begin with; the scope's initializer if None.
        name: where it does not follow from place and size.
        depth_multiplier: filters per channel before the mixing, if the convolution is separable.
    """

    filters: int
    size: Size = (1, 1)
    at: str = "0a"
    stride: int = 1
    padding: str = "SAME"
    stddev: float | None = None
    name: str | None = None
    depth_multiplier: int | None = None

    def apply(self, net: Any, depth: Callable[[int], int]) -> Any:
        height, width = self.size
        arguments: dict[str, Any] = {
            "stride": self.stride, "padding": self.padding,
            "scope": self.name or f"Conv2d_{self.at}_{height}x{width}",
        }  # fmt: skip
        if self.stddev is not None:
            arguments["weights_initializer"] = TruncatedNormal(0.0, self.stddev)
        if self.depth_multiplier is None:
            return convolution2d(net, depth(self.filters), list(self.size), **arguments)
        return separable_convolution2d(
            net, depth(self.filters), list(self.size), depth_multiplier=self.depth_multiplier, **arguments
        )


@dataclass(frozen=True)
class Pool:
    """Pooling.

    Args:
        kind: "Max" or "Avg".
        at, size, stride, padding: see `Conv`.
    """

    kind: str
    at: str = "0a"
    size: Size = (3, 3)
    stride: int = 1
    padding: str = "SAME"

    def apply(self, net: Any, depth: Callable[[int], int]) -> Any:
        height, width = self.size
        function = max_pool2d if self.kind == "Max" else avg_pool2d
        return function(
            net, list(self.size), stride=self.stride, padding=self.padding,
            scope=f"{self.kind}Pool_{self.at}_{height}x{width}",
        )  # fmt: skip


@dataclass(frozen=True)
class Fork:
    """Several convolutions of the same input, their channels put together."""

    convs: tuple[Conv, ...]

    def apply(self, net: Any, depth: Callable[[int], int]) -> Any:
        return concat([conv.apply(net, depth) for conv in self.convs], 3)


Step = Conv | Pool | Fork
# The steps of each branch; the branches' channels are put together.
Mixed = tuple[tuple[Step, ...], ...]
# A name, and what stands there: a single step bears the name itself.
Stages = Sequence[tuple[str, Step | Mixed]]


def mixed(net: Any, branches: Mixed, depth: Callable[[int], int], channels: int = 3) -> Any:
    """The branches of a module beside each other, along the axis of the channels."""
    outputs = []
    for number, steps in enumerate(branches):
        with variable_scope(f"Branch_{number}"):
            branch = net
            for step in steps:
                branch = step.apply(branch, depth)
            outputs.append(branch)
    return concat(outputs, channels)


def built(net: Any, stages: Stages, depth: Callable[[int], int], channels: int = 3) -> Iterator[tuple[str, Any]]:
    """The name and output of each stage, made one after the other as they are asked for."""
    for name, stage in stages:
        if isinstance(stage, tuple):
            with variable_scope(name):
                net = mixed(net, stage, depth, channels)
        else:
            net = stage.apply(net, depth)
        yield name, net


def up_to(final_endpoint: str, stages: Iterator[tuple[str, Any]], names: Sequence[str]) -> Result:
    """The output of stage `final_endpoint`, and all outputs until then by name.

    Raises:
        ValueError: there is no stage of that name.
    """
    if final_endpoint not in names:
        raise ValueError(f"Unknown final endpoint {final_endpoint}. Choose one of {', '.join(names)}.")
    end_points = {}
    for name, net in stages:
        end_points[name] = net
        if name == final_endpoint:
            break
    return net, end_points


def without_root(stages: Stages) -> Stages:
    """The stages from the first module on."""
    names = [name for name, _ in stages]
    return stages[next(place for place, name in enumerate(names) if name.startswith("Mixed")) :]


def depth_function(depth_multiplier: float, min_depth: int) -> Callable[[int], int]:
    """How many filters a layer has for a multiplier; ValueError unless that is positive."""
    if depth_multiplier <= 0:
        raise ValueError(f"depth_multiplier is not greater than zero: {depth_multiplier}. 1.0 is the whole network.")
    return lambda filters: max(int(filters * depth_multiplier), min_depth)


def reduced_kernel_size(net: Any, size: Size) -> list[int]:
    """A window that fits into small pictures; `size` where the picture's size is unknown."""
    _, height, width, _ = net.get_shape().as_list()
    if height is None or width is None:
        return list(size)
    return [min(height, size[0]), min(width, size[1])]


def inception_arg_scope(
    weight_decay: float,
    batch_norm_var_collection: str,
    normalization: dict[str, Any] | None,
) -> dict[str, dict[str, Any]]:
    """Defaults of convolutions and dense layers.

    Args:
        batch_norm_var_collection: the collection that lists the moving averages.
        normalization: arguments of `batch_norm`; None for biases instead.
    """
    if normalization is None:
        normalizer: dict[str, Any] = {"normalizer_fn": None, "normalizer_params": {}}
    else:
        averages = {"moving_mean": [batch_norm_var_collection], "moving_variance": [batch_norm_var_collection]}
        collections = {"variables_collections": {"beta": None, "gamma": None, **averages}}
        normalizer = {"normalizer_fn": batch_norm, "normalizer_params": {**normalization, **collections}}
    with (
        arg_scope([convolution2d, fully_connected], weights_regularizer=l2_regularizer(weight_decay)),
        arg_scope(
            [convolution2d], weights_initializer=variance_scaling_initializer(), activation_fn=relu, **normalizer
        ) as defaults,
    ):  # fmt: skip
        return defaults


NORMALIZATION = {"decay": 0.9997, "epsilon": 0.001, "updates_collections": GraphKeys.UPDATE_OPS}
