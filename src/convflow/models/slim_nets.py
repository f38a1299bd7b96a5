"""TF-Slim's networks among the models: AlexNet, VGG, Inception, ResNet, MobileNet, NASNet and the small ones.

They have slim's names.

The networks themselves stand in `convflow.slim`; here they take and give what every registered model does.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
from typing import Any

from convflow.models.registry import Recipe, register
from convflow.slim.research.nets import nets_factory

_SOURCE = "TF-Slim, nets"
# The published size is 224x224x3 and 1000 classes unless it stands here: height and width, channels, classes.
_SIZES = {
    "lenet": (28, 1, 10),
    "cifarnet": (32, 3, 10),
    "overfeat": (231, 3, 1000),
    "inception_v3": (299, 3, 1000),
    "inception_v4": (299, 3, 1000),
    "inception_resnet_v2": (299, 3, 1000),
    "nasnet_cifar": (32, 3, 10),
    "nasnet_large": (331, 3, 1000),
    "pnasnet_large": (331, 3, 1000),
}
# They take videos, which no registered model does.
_VIDEOS = ("i3d", "s3dg")
_SMALL_RECIPE = Recipe(epochs=12, batch_size=64, learning_rate=1e-3)
_LARGE_RECIPE = Recipe(epochs=30, batch_size=32, learning_rate=1e-4)


def _kept(name: str) -> float | None:
    """The fraction of units that the network keeps by default; None if it drops none or does not say."""
    parameter = inspect.signature(nets_factory.networks_map[name]).parameters.get("dropout_keep_prob")
    return None if parameter is None else parameter.default


def _network(
    name: str, images: Any, num_classes: int, is_training: Any = False, dropout: float | None = None
) -> tuple[Any, dict[str, Any]]:
    """A slim network's logits [batch, num_classes] and end points, the logits among them."""
    options = {} if dropout is None else {"dropout_keep_prob": 1 - dropout}
    function = nets_factory.get_network_fn(name, num_classes, is_training=is_training)
    logits, end_points = function(images, **options)
    if logits.shape.ndims != 2:
        raise ValueError(f"{name} gives logits of shape {logits.shape} where [batch, {num_classes}] was expected.")
    return logits, {**end_points, "logits": logits}


def _register(name: str, called: str | None = None) -> None:
    side, channels, classes = _SIZES.get(name, (224, 3, 1000))
    kept = _kept(name)
    dropout = None if kept is None else round(1 - kept, 6)
    recipe = dataclasses.replace(_SMALL_RECIPE if side <= 32 else _LARGE_RECIPE, dropout=dropout)
    register(
        name=called or name, input_shape=(side, side, channels), num_classes=classes, recipe=recipe, source=_SOURCE
    )(functools.partial(_network, name))


for _name in nets_factory.networks_map:
    if _name not in _VIDEOS:
        _register(_name)
# By its layers, as the others of its family are called.
_register("vgg_a", called="vgg_11")
