"""What the networks' builders share: their arguments, the pictures' tensor, the last layers, weights."""

from __future__ import annotations

import os
import warnings
from typing import Any, NamedTuple

from convflow.modeling.keras import backend
from convflow.modeling.keras.backend_ops.values import is_keras_tensor
from convflow.modeling.keras.core import Dense, Input
from convflow.modeling.keras.normalization import BatchNormalization
from convflow.modeling.keras.pooling import GlobalAveragePooling2D, GlobalMaxPooling2D
from convflow.training.keras.applications.published import Published, find
from convflow.training.keras.model import Model
from convflow.training.keras.sources import get_source_inputs


class Asked(NamedTuple):
    """The arguments that all builders have.

    Args:
        include_top: whether the classifier is there.
        weights: "imagenet", a file, or None for random numbers.
        input_tensor: the pictures, if they are there already.
        input_shape: (height, width, channels) of the pictures.
        pooling: without the classifier: "avg" or "max" over all places, or None.
        classes: how many the classifier tells apart.
    """

    include_top: bool
    weights: str | os.PathLike[str] | None
    input_tensor: Any
    input_shape: Any
    pooling: str | None
    classes: int


def channel_axis() -> int:
    """The axis of channels in a batch of pictures, under Keras' setting."""
    return 3 if backend.image_data_format() == "channels_last" else 1


def normalized(x: Any, name: str | None, epsilon: float = 1e-3, **kwargs: Any) -> Any:
    """Batch normalization of the channels."""
    return BatchNormalization(axis=channel_axis(), epsilon=epsilon, name=name, **kwargs)(x)


def pictures(asked: Asked, default_size: int, min_size: int = 32) -> Any:
    """The tensor that a network begins with.

    Args:
        default_size, min_size: height and width of pictures with the classifier, and the smallest that work.

    Raises:
        ValueError: weights that are no file, a number of classes or a shape that the network cannot have.
    """
    if asked.weights not in ("imagenet", None) and not os.path.exists(asked.weights):
        raise ValueError(
            f"The `weights` argument is {str(asked.weights)!r}, which is no file. Expected None for random "
            "initialization, 'imagenet' for the published weights, or the path to the weights file to be loaded."
        )
    if asked.weights == "imagenet" and asked.include_top and asked.classes != 1000:
        raise ValueError(
            'If using `weights` as `"imagenet"` with `include_top` as true, `classes` should be 1000: it is '
            f"{asked.classes}. Pass include_top=False and put a classifier of your own on top, or weights=None."
        )
    shape = input_shape(asked, default_size, min_size)
    if asked.input_tensor is None:
        return Input(shape=shape)
    if is_keras_tensor(asked.input_tensor):
        return asked.input_tensor
    return Input(tensor=asked.input_tensor, shape=shape)


def input_shape(asked: Asked, default_size: int, min_size: int) -> tuple[int | None, ...]:
    """The shape of one picture: that asked for, if it will do; else the default one.

    Raises:
        ValueError: another rank, other channels than the published weights', too small, or unknown sizes where the
            classifier needs them.
    """
    is_last = backend.image_data_format() == "channels_last"
    published = asked.weights == "imagenet"
    asked_for = None if asked.input_shape is None else tuple(asked.input_shape)
    if asked_for is not None and len(asked_for) != 3:
        raise ValueError(f"`input_shape` must be a tuple of three integers. Received: {asked_for}")
    channels: int | None = 3
    if asked_for is not None and not published:
        channels = asked_for[-1 if is_last else 0]
        if channels not in (1, 3):
            warnings.warn(
                "This model usually expects 1 or 3 input channels. However, it was passed an input_shape with "
                f"{channels} input channels.",
                stacklevel=5,
            )
    sizes: tuple[int | None, ...] = (default_size, default_size)
    default = (*sizes, channels) if is_last else (channels, *sizes)
    if published and asked.include_top:
        if asked_for not in (None, default):
            raise ValueError(
                f"When setting `include_top=True` and loading `imagenet` weights, `input_shape` should be {default}: "
                f"it is {asked_for}. Pass include_top=False for pictures of another size."
            )
        return default
    if asked_for is None:
        return default if asked.include_top else ((None, None, channels) if is_last else (channels, None, None))
    _check_sizes(asked_for, is_last, published, min_size)
    if asked.include_top and None in asked_for:
        raise ValueError(
            f"If `include_top` is True, you should specify a static `input_shape`. Received: input_shape={asked_for}"
        )
    return asked_for


def _check_sizes(shape: tuple[int | None, ...], is_last: bool, published: bool, min_size: int) -> None:
    if published and shape[-1 if is_last else 0] != 3:
        raise ValueError(f"The input must have 3 channels; got `input_shape={shape}`")
    if any(size is not None and size < min_size for size in (shape[:2] if is_last else shape[1:])):
        raise ValueError(f"Input size must be at least {min_size}x{min_size}; got `input_shape={shape}`")


def last_layers(asked: Asked, x: Any, classifier: str, names: tuple[str | None, str | None] = (None, None)) -> Any:
    """The mean over all places and the classifier of this name; without classifier what `pooling` says.

    Args:
        names: of the layers that `pooling` makes, mean and maximum.
    """
    if asked.include_top:
        x = GlobalAveragePooling2D(name=None if classifier == "Logits" else "avg_pool")(x)
        return Dense(asked.classes, activation="softmax", name=classifier)(x)
    return pooled(asked, x, names)


def pooled(asked: Asked, x: Any, names: tuple[str | None, str | None] = (None, None)) -> Any:
    """Mean or maximum over all places, as `pooling` says."""
    if asked.pooling == "avg":
        return GlobalAveragePooling2D(name=names[0])(x)
    return GlobalMaxPooling2D(name=names[1])(x) if asked.pooling == "max" else x


def connected(asked: Asked, start: Any, x: Any, name: str, published: tuple[Published, Published] | None) -> Model:
    """The model from the pictures to `x`, with its weights.

    Args:
        published: the files of weights with the classifier and without it.

    Raises:
        errors.UnavailableError: the published weights are not on this machine. ValueError: none are published.
    """
    inputs = start if asked.input_tensor is None else get_source_inputs(start)
    model = Model(inputs, x, name=name)
    if asked.weights == "imagenet":
        if published is None:
            raise ValueError(f"No weights are published for {name}: pass weights=None.")
        model.load_weights(str(find(published[0 if asked.include_top else 1])))
    elif asked.weights is not None:
        model.load_weights(asked.weights)  # type: ignore[arg-type]
    return model
