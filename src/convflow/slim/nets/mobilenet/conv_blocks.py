"""The blocks of MobileNets (`nets.mobilenet.conv_blocks` of the research models)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.variables.scope import VariableScope, variable_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.identity import identity
from convflow.ops.array.split import split
from convflow.slim.arg_scope import add_arg_scope
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.depthwise import separable_convolution2d
from convflow.slim.nets.mobilenet.strides import fixed_padding

_LOCATIONS = (None, "input", "output", "expansion")


def make_divisible(value: float, divisor: int, min_value: int | None = None) -> int:
    """The multiple of `divisor` next to `value`, at least `min_value`, and never less than nine tenths of it."""
    rounded = max(divisor if min_value is None else min_value, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


def expand_input_by_factor(n: float, divisible_by: int = 8) -> Callable[..., int]:
    """A function of `num_inputs` that gives `n` times as many channels, a multiple of `divisible_by`."""
    return lambda num_inputs, **_: make_divisible(num_inputs * n, divisible_by)


@contextmanager
def _part_names(scope: str | None) -> Iterator[str]:
    if scope is not None:
        yield f"{scope}_"
        return
    opened: VariableScope
    with variable_scope(None, default_name="separable") as opened, name_scope(opened.original_name_scope):
        yield ""


@add_arg_scope
def split_separable_conv2d(
    input_tensor: Any,
    num_outputs: int,
    scope: str | None = None,
    normalizer_fn: Any = None,
    stride: int = 1,
    rate: int = 1,
    endpoints: dict[str, Any] | None = None,
    use_explicit_padding: bool = False,
) -> Tensor:
    """A filter of 3 x 3 for each channel, normalized and activated by itself, then a mixing of channels.

    Args:
        input_tensor: shape (batch, height, width, channels).
        num_outputs: the output's channels.
        scope: the scopes are this with "_depthwise" and "_pointwise" added; a scope "separable" around both if None.
        normalizer_fn: what normalizes both.
        stride, rate: of the filters.
        endpoints: a dict that takes the two outputs by their scopes.
        use_explicit_padding: pad by what the filters need rather than by what the picture's size needs.
    """
    ends = {} if endpoints is None else endpoints
    with _part_names(scope) as prefix:
        net = fixed_padding(input_tensor, [3, 3], rate) if use_explicit_padding else input_tensor
        net = ends[f"{prefix}depthwise"] = separable_convolution2d(
            net, None, [3, 3], depth_multiplier=1, stride=stride, rate=rate, normalizer_fn=normalizer_fn,
            padding="VALID" if use_explicit_padding else "SAME", scope=f"{prefix}depthwise",
        )  # fmt: skip
        net = ends[f"{prefix}pointwise"] = convolution2d(
            net, num_outputs, [1, 1], stride=1, normalizer_fn=normalizer_fn, scope=f"{prefix}pointwise"
        )
    return net


@add_arg_scope
def expanded_conv(
    input_tensor: Any,
    num_outputs: int,
    expansion_size: Any = expand_input_by_factor(6),  # noqa: B008 (a function without state)
    stride: int = 1,
    rate: int = 1,
    kernel_size: Sequence[int] = (3, 3),
    residual: Any = True,
    normalizer_fn: Any = None,
    project_activation_fn: Any = identity,
    split_projection: int = 1,
    split_expansion: int = 1,
    split_divisible_by: int = 8,
    expansion_transform: Callable[..., Any] | None = None,
    depthwise_location: str | None = "expansion",
    depthwise_channel_multiplier: int = 1,
    endpoints: dict[str, Any] | None = None,
    use_explicit_padding: bool = False,
    padding: str = "SAME",
    scope: Any = None,
) -> Tensor:
    """A block: more channels, a filter for each, fewer channels; added to its input where both agree.

    Args:
        input_tensor: shape (batch, height, width, channels).
        num_outputs: the output's channels.
        expansion_size: the channels in between, or a function of `num_inputs` that gives them.
        stride, rate, kernel_size: of the filters of single channels.
        residual: whether to add the input where stride and channels allow it; or a function of `input_tensor` and
            `output_tensor`.
        normalizer_fn: what normalizes the convolutions.
        project_activation_fn: of the last convolution.
        split_projection, split_expansion: into how many groups of channels those convolutions are split.
        split_divisible_by: what the groups' channels are multiples of.
        expansion_transform: a function of `expansion_tensor` and `input_tensor`, applied before the last convolution.
        depthwise_location: where the filters of single channels are: "expansion", "input", "output" or None.
        depthwise_channel_multiplier: how many filters each channel has.
        endpoints: a dict that takes "expansion_output", "depthwise_output" and "projection_output".
        use_explicit_padding: pad by what the filters need rather than by what the picture's size needs.
        padding: without that, "SAME" or "VALID".
        scope: the name of the variable scope, "expanded_conv" by default.

    Raises:
        TypeError: an unknown `depthwise_location`, or explicit padding beside "VALID".
    """
    ends: dict[str, Any] = {} if endpoints is None else endpoints
    opened: VariableScope
    with (
        variable_scope(scope, default_name="expanded_conv") as opened,
        name_scope(opened.original_name_scope),
    ):
        channels = input_tensor.get_shape().as_list()[3]
        _check_block(depthwise_location, use_explicit_padding, padding)

        def each_channel(net: Any, **kwargs: Any) -> Any:
            net = fixed_padding(net, kernel_size, rate) if use_explicit_padding else net
            return separable_convolution2d(
                net, None, kernel_size, depth_multiplier=depthwise_channel_multiplier, stride=stride, rate=rate,
                normalizer_fn=normalizer_fn, padding="VALID" if use_explicit_padding else padding, scope="depthwise",
                **kwargs,
            )  # fmt: skip

        input_tensor = identity(input_tensor, "input")
        net = input_tensor
        if depthwise_location == "input":
            net = each_channel(net, activation_fn=None)
        inner = expansion_size(num_inputs=channels) if callable(expansion_size) else expansion_size
        part = functools.partial(split_conv, stride=1, normalizer_fn=normalizer_fn, divisible_by=split_divisible_by)
        if inner > net.shape[3].value:
            net = identity(part(net, inner, split_expansion, "expand"), "expansion_output")
        ends["expansion_output"] = net
        if depthwise_location == "expansion":
            net = each_channel(net)
        net = ends["depthwise_output"] = identity(net, name="depthwise_output")
        if expansion_transform:
            net = expansion_transform(expansion_tensor=net, input_tensor=input_tensor)
        net = part(net, num_outputs, split_projection, "project", activation_fn=project_activation_fn)
        ends["projection_output"] = net
        if depthwise_location == "output":
            net = each_channel(net, activation_fn=None)
        if callable(residual):
            net = residual(input_tensor=input_tensor, output_tensor=net)
        elif residual and stride == 1 and net.shape[3].value == input_tensor.shape[3].value:
            net = net + input_tensor
        return identity(net, name="output")


def _check_block(depthwise_location: str | None, use_explicit_padding: bool, padding: str) -> None:
    if depthwise_location not in _LOCATIONS:
        known = ", ".join(map(repr, _LOCATIONS))
        raise TypeError(f"{depthwise_location!r} is unknown value for depthwise_location. Choose one of {known}.")
    if use_explicit_padding and padding != "SAME":
        raise TypeError(
            f'`use_explicit_padding` should only be used with "SAME" padding, got {padding!r}. Leave one of them out.'
        )


def split_conv(
    input_tensor: Any, num_outputs: int, num_ways: int, scope: str, divisible_by: int = 8, **kwargs: Any
) -> Tensor:
    """A convolution of size 1, each of several groups of channels by itself.

    Args:
        input_tensor: shape (batch, height, width, channels).
        num_outputs: the output's channels.
        num_ways: how many groups; one is made where groups would have fewer channels than `divisible_by`.
        scope: the convolution's name; of groups with "_part_" and the number added.
        divisible_by: what the groups' channels are multiples of.
        kwargs: arguments of `slim.conv2d`.

    Raises:
        ValueError: channels that are no multiple of `divisible_by`.
    """
    channels = input_tensor.get_shape().as_list()[3]
    if num_ways == 1 or min(channels // num_ways, num_outputs // num_ways) < divisible_by:
        return convolution2d(input_tensor, num_outputs, [1, 1], scope=scope, **kwargs)
    sizes = _split_divisible(channels, num_ways, divisible_by)
    widths = _split_divisible(num_outputs, num_ways, divisible_by)
    outputs = []
    for number, (part, width) in enumerate(
        zip(split(input_tensor, sizes, axis=3, name=f"split_{scope}"), widths, strict=True)
    ):
        name = f"{scope}_part_{number}"
        outputs.append(identity(convolution2d(part, width, [1, 1], scope=name, **kwargs), f"{name}_output"))
    return concat(outputs, 3, name=f"{name}_concat")


def _split_divisible(total: int, num_ways: int, divisible_by: int) -> list[int]:
    if total % divisible_by:
        raise ValueError(
            f"{total} channels cannot be split into groups of multiples of {divisible_by}. Choose another number of "
            "channels, or divisible_by."
        )
    base = total // num_ways // divisible_by * divisible_by
    sizes: list[int] = []
    for number in range(1, num_ways + 1):
        size = base
        while sum(sizes) + size < total * number / num_ways:
            size += divisible_by
        sizes.append(size)
    return sizes
