"""The networks by name (`nets.nets_factory` of the research models)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from convflow.slim.arg_scope import arg_scope
from convflow.slim.nets import alexnet, cifarnet, i3d, lenet, mobilenet_v1, overfeat, s3dg, vgg
from convflow.slim.nets.mobilenet import mobilenet_v2
from convflow.slim.nets.nasnet import nasnet, pnasnet
from convflow.slim.research.nets import inception, resnet_v1, resnet_v2

_RESNETS = {
    f"resnet_v{version}_{layers}": getattr(module, f"resnet_v{version}_{layers}")
    for version, module in ((1, resnet_v1), (2, resnet_v2))
    for layers in (50, 101, 152, 200)
}

networks_map: dict[str, Callable[..., Any]] = {
    "alexnet_v2": alexnet.alexnet_v2,
    "cifarnet": cifarnet.cifarnet,
    "overfeat": overfeat.overfeat,
    "vgg_a": vgg.vgg_a,
    "vgg_13": vgg.vgg_13,
    "vgg_16": vgg.vgg_16,
    "vgg_19": vgg.vgg_19,
    "inception_v1": inception.inception_v1,
    "inception_v2": inception.inception_v2,
    "inception_v3": inception.inception_v3,
    "inception_v4": inception.inception_v4,
    "inception_resnet_v2": inception.inception_resnet_v2,
    "i3d": i3d.i3d,
    "s3dg": s3dg.s3dg,
    "lenet": lenet.lenet,
    **_RESNETS,
    "mobilenet_v1": mobilenet_v1.mobilenet_v1,
    "mobilenet_v1_075": mobilenet_v1.mobilenet_v1_075,
    "mobilenet_v1_050": mobilenet_v1.mobilenet_v1_050,
    "mobilenet_v1_025": mobilenet_v1.mobilenet_v1_025,
    "mobilenet_v2": mobilenet_v2.mobilenet,
    "mobilenet_v2_140": mobilenet_v2.mobilenet_v2_140,
    "mobilenet_v2_050": mobilenet_v2.mobilenet_v2_050,
    "mobilenet_v2_035": mobilenet_v2.mobilenet_v2_035,
    "nasnet_cifar": nasnet.build_nasnet_cifar,
    "nasnet_mobile": nasnet.build_nasnet_mobile,
    "nasnet_large": nasnet.build_nasnet_large,
    "pnasnet_large": pnasnet.build_pnasnet_large,
    "pnasnet_mobile": pnasnet.build_pnasnet_mobile,
}

arg_scopes_map: dict[str, Callable[..., dict[str, dict[str, Any]]]] = {
    "alexnet_v2": alexnet.alexnet_v2_arg_scope,
    "cifarnet": cifarnet.cifarnet_arg_scope,
    "overfeat": overfeat.overfeat_arg_scope,
    "vgg_a": vgg.vgg_arg_scope,
    "vgg_13": vgg.vgg_arg_scope,
    "vgg_16": vgg.vgg_arg_scope,
    "vgg_19": vgg.vgg_arg_scope,
    # All three were published with the defaults of version 3.
    "inception_v1": inception.inception_v3_arg_scope,
    "inception_v2": inception.inception_v3_arg_scope,
    "inception_v3": inception.inception_v3_arg_scope,
    "inception_v4": inception.inception_v4_arg_scope,
    "inception_resnet_v2": inception.inception_resnet_v2_arg_scope,
    "i3d": i3d.i3d_arg_scope,
    "s3dg": s3dg.s3dg_arg_scope,
    "lenet": lenet.lenet_arg_scope,
    **dict.fromkeys(_RESNETS, resnet_v1.resnet_arg_scope),
    **{name: mobilenet_v1.mobilenet_v1_arg_scope for name in networks_map if name.startswith("mobilenet_v1")},
    **{name: mobilenet_v2.training_scope for name in networks_map if name.startswith("mobilenet_v2")},
    "nasnet_cifar": nasnet.nasnet_cifar_arg_scope,
    "nasnet_mobile": nasnet.nasnet_mobile_arg_scope,
    "nasnet_large": nasnet.nasnet_large_arg_scope,
    "pnasnet_large": pnasnet.pnasnet_large_arg_scope,
    "pnasnet_mobile": pnasnet.pnasnet_mobile_arg_scope,
}


def get_network_fn(
    name: str, num_classes: int | None, weight_decay: float = 0.0, is_training: Any = False
) -> Callable[..., Any]:
    """A network as a function of pictures.

    Args:
        name: of `networks_map`, such as "resnet_v1_50".
        num_classes: how many classes; 0 or None for the features before the logits, where the network allows it.
        weight_decay: how strongly weights are regularized by their squares.
        is_training: whether batch statistics are used and followed, and dropout works.

    Returns:
        A function of pictures, shape (batch, height, width, channels), for "i3d" and "s3dg" of videos, shape
        (batch, time, height, width, channels), that gives the logits and {name of a layer:
        its output}, within the defaults of the network. Its attribute `default_image_size` is the height and width
        that the network was published for. Further keywords go to the network.

    Raises:
        ValueError: there is no network of that name.
    """
    if name not in networks_map:
        raise ValueError(f"Name of network unknown {name}. Choose one of {', '.join(sorted(networks_map))}.")
    func = networks_map[name]

    @functools.wraps(func)
    def network_fn(images: Any, **kwargs: Any) -> Any:
        with arg_scope(arg_scopes_map[name](weight_decay=weight_decay)):
            return func(images, num_classes=num_classes, is_training=is_training, **kwargs)

    return network_fn
