"""What pictures need for a network, by its name (`preprocessing.preprocessing_factory` of the research models)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.graph.operation import Tensor
from convflow.slim.research.preprocessing import (
    cifarnet_preprocessing,
    inception_preprocessing,
    lenet_preprocessing,
    vgg_preprocessing,
)

_INCEPTION = (
    "inception", "inception_v1", "inception_v2", "inception_v3", "inception_v4", "inception_resnet_v2", "mobilenet_v1",
    "mobilenet_v1_075", "mobilenet_v1_050", "mobilenet_v1_025", "mobilenet_v2", "mobilenet_v2_140",
    "mobilenet_v2_050", "mobilenet_v2_035", "nasnet_mobile", "nasnet_large", "pnasnet_mobile", "pnasnet_large",
)  # fmt: skip
_VGG = (
    "vgg", "vgg_a", "vgg_13", "vgg_16", "vgg_19",
    *(f"resnet_v{version}_{layers}" for version in (1, 2) for layers in (50, 101, 152, 200)),
)  # fmt: skip

preprocessing_fn_map: dict[str, Any] = {
    "cifarnet": cifarnet_preprocessing,
    "lenet": lenet_preprocessing,
    **dict.fromkeys(_INCEPTION, inception_preprocessing),
    **dict.fromkeys(_VGG, vgg_preprocessing),
}


def get_preprocessing(name: str, is_training: bool = False, use_grayscale: bool = False) -> Callable[..., Tensor]:
    """What a network's pictures go through, as a function.

    Args:
        name: of a network or a family: "vgg_16", "inception", ...
        is_training: whether pictures are changed at random, for training.
        use_grayscale: whether the colours are taken away; for Inception networks and MobileNets.

    Returns:
        A function of one picture, shape (height, width, channels), and of the output's height and width. Further
        keywords go to the family's `preprocess_image`.

    Raises:
        ValueError: there is nothing under that name, or a family that cannot take colours away.
    """
    if name not in preprocessing_fn_map:
        known = ", ".join(sorted(preprocessing_fn_map))
        raise ValueError(f"Preprocessing name [{name}] was not recognized. Choose one of {known}.")
    family = preprocessing_fn_map[name]
    fixed: dict[str, Any] = {"is_training": is_training}
    if use_grayscale:
        if family is not inception_preprocessing:
            raise ValueError(
                f"use_grayscale=True is for Inception networks and MobileNets, got [{name}]. Use "
                "tf.image.rgb_to_grayscale on what get_preprocessing's function gives."
            )
        fixed["use_grayscale"] = True

    def preprocessing_fn(image: Any, output_height: int, output_width: int, **kwargs: Any) -> Tensor:
        return family.preprocess_image(image, output_height, output_width, **fixed, **kwargs)

    return preprocessing_fn
