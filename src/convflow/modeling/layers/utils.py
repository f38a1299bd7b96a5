"""What the layers' arguments may look like, and what they become."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from convflow.graph.collections import GraphKeys
from convflow.graph.scopes import executing_eagerly, get_default_graph
from convflow.modeling.keras import activations
from convflow.modeling.variables import constraints, initializers, initializers_keras, regularizers_keras
from convflow.ops import activation, softmax
from convflow.ops.math import elementwise

# The graph collection that counts the layers of each class.
_COUNTS_KEY = ("__layer_counts",)


ZEROS = initializers.Zeros()
ONES = initializers.Ones()


def unique_layer_name(base_name: str) -> str:
    """`base_name` numbered by how many layers of the default graph took it before, from 1."""
    counts_in_list = get_default_graph().get_collection_ref(_COUNTS_KEY)
    if not counts_in_list:
        counts_in_list.append({})
    counts: dict[str, int] = counts_in_list[0]
    counts[base_name] = counts.get(base_name, 0) + 1
    return f"{base_name}_{counts[base_name]}"


def snake_case(class_name: str) -> str:
    """The default name of a layer's class: `MaxPooling2D` is max_pooling2d."""
    with_breaks = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", class_name)
    name = re.sub(r"([a-z])([A-Z])", r"\1_\2", with_breaks).lower()
    # Scopes may not begin with an underscore, private classes do.
    return name if not name.startswith("_") else "private" + name


def normalize_tuple(value: Any, length: int, name: str) -> tuple[int, ...]:
    """One integer, or `length` of them, as a tuple; ValueError naming the argument."""
    if isinstance(value, int):
        result: tuple[Any, ...] = (value,) * length
    else:
        try:
            result = tuple(value)
            result = tuple(int(item) for item in result)
        except (TypeError, ValueError):
            result = ()
    if len(result) != length:
        raise ValueError(f"The `{name}` argument must be a tuple of {length} integers. Received: {value}")
    if any(item <= 0 for item in result):
        raise ValueError(f"The `{name}` argument must be a tuple of {length} integers > 0. Received: {value}")
    return result


def positive_int(value: Any, name: str) -> int:
    """A number above 0 as an int; ValueError naming the argument otherwise."""
    number = int(value)
    if number <= 0:
        raise ValueError(f"Invalid value for argument `{name}`. Expected a strictly positive value. Received: {value}")
    return number


def normalize_padding(value: Any, causal: bool = False) -> str:
    """ "valid" or "same" (or "causal" where it can be), whatever the case; ValueError for anything else."""
    padding = value.lower() if isinstance(value, str) else value
    if padding not in ("valid", "same", *["causal"] * causal):
        known = '"valid", "same", "causal"' if causal else '"valid", "same"'
        raise ValueError(f"The `padding` argument must be one of {known}. Received: {value}")
    return padding


def normalize_data_format(value: Any) -> str:
    """ "channels_last" (the default) or "channels_first"; ValueError for anything else."""
    data_format = "channels_last" if value is None else value.lower() if isinstance(value, str) else value
    if data_format not in ("channels_last", "channels_first"):
        raise ValueError(
            f'The `data_format` argument must be one of "channels_first", "channels_last". Received: {value}'
        )
    return data_format


def op_data_format(data_format: str) -> str:
    """The ops' word for a layer's data format of pictures."""
    return "NHWC" if data_format == "channels_last" else "NCHW"


def by_axis(data_format: str, spatial: tuple[int, ...]) -> list[int]:
    """Numbers for the spatial axes as a list over all axes, 1 for batch and channels."""
    return [1, *spatial, 1] if data_format == "channels_last" else [1, 1, *spatial]


def with_channels(data_format: str, spatial: list[int | None], channels: int | None) -> list[int | None]:
    """Sizes without the batch's, channels where the data format has them."""
    return [*spatial, channels] if data_format == "channels_last" else [channels, *spatial]


def output_lengths(
    sizes: list[int | None],
    window: tuple[int, ...],
    padding: str,
    strides: tuple[int, ...],
    dilations: tuple[int, ...] | None = None,
) -> list[int | None]:
    """How many places a window has on each axis; None where the axis' size is unknown."""
    return [
        None if size is None else _places(size, extent, stride, dilation, padding)
        for size, extent, stride, dilation in zip(sizes, window, strides, dilations or (1,) * len(sizes), strict=True)
    ]


def _places(size: int, window: int, stride: int, dilation: int, padding: str) -> int:
    if padding in ("same", "causal"):
        return -(-size // stride)
    return (size - (window - 1) * dilation - 1) // stride + 1


def add_new_to_collection(items: list[Any], name: str) -> None:
    """Add the items that the default graph's collection does not hold yet."""
    graph = get_default_graph()
    held = {id(item) for item in graph.get_collection(name)}
    for item in items:
        if id(item) not in held:
            graph.add_to_collection(name, item)
            held.add(id(item))


def is_trained(variable: Any) -> bool:
    """Whether a variable is one of those that optimizers change by default."""
    if executing_eagerly():
        return variable.trainable
    return any(variable is item for item in get_default_graph().get_collection(GraphKeys.TRAINABLE_VARIABLES))


_ACTIVATIONS: dict[str, Callable[..., Any]] = {
    "relu": activation.relu,
    "relu6": activation.relu6,
    "elu": activation.elu,
    "selu": activation.selu,
    "softplus": activation.softplus,
    "softsign": activation.softsign,
    "softmax": softmax.softmax,
    "sigmoid": elementwise.sigmoid,
    "tanh": elementwise.tanh,
    "exponential": elementwise.exp,
    "hard_sigmoid": activations.hard_sigmoid,
}


def activation_function(value: Any) -> Callable[..., Any] | None:
    """The function that an `activation` argument means: itself, the one of that name, None for linear.

    Raises:
        ValueError: an unknown name; TypeError: neither a function nor a name.
    """
    if value is None or value == "linear":
        return None
    if isinstance(value, str):
        if value not in _ACTIVATIONS:
            raise ValueError(
                f"Unknown activation function: {value!r}. Expected one of linear, {', '.join(_ACTIVATIONS)}, "
                "or a function of a tensor such as tf.nn.relu."
            )
        return _ACTIVATIONS[value]
    return checked_function(value, "activation", "tf.nn.relu")


def initializer(value: Any) -> Any:
    """The initializer that an argument means: itself or the one of that name; ValueError for an unknown name."""
    return initializers_keras.get(value)


_BY_NAME = {"regularizer": regularizers_keras.get, "constraint": constraints.get}


def checked_function(value: Any, name: str, example: str) -> Callable[..., Any] | None:
    """`value` if it is None or can be called; TypeError naming the argument otherwise.

    Regularizers and constraints may be named, too: "l2", "max_norm".
    """
    if isinstance(value, (str, dict)):
        for kind, get in _BY_NAME.items():
            if name.endswith(kind):
                return get(value)
    if value is not None and not callable(value):
        raise TypeError(
            f"The `{name}` argument must be a function of a tensor, such as {example}. "
            f"Received: {value!r} of type {type(value).__name__}"
        )
    return value
