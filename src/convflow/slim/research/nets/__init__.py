"""The package `nets` of the research models: TF-Slim's networks, others beside them, and all of them by name."""

from convflow.slim.nets import (
    alexnet,
    cifarnet,
    inception_resnet_v2,
    inception_utils,
    inception_v4,
    lenet,
    mobilenet,
    mobilenet_v1,
    overfeat,
    resnet_utils,
    vgg,
)
from convflow.slim.research.nets import (
    inception,
    inception_v1,
    inception_v2,
    inception_v3,
    nets_factory,
    resnet_v1,
    resnet_v2,
)

__all__ = [
    "alexnet",
    "cifarnet",
    "inception",
    "inception_resnet_v2",
    "inception_utils",
    "inception_v1",
    "inception_v2",
    "inception_v3",
    "inception_v4",
    "lenet",
    "mobilenet",
    "mobilenet_v1",
    "nets_factory",
    "overfeat",
    "resnet_utils",
    "resnet_v1",
    "resnet_v2",
    "vgg",
]
