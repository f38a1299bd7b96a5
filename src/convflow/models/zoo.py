"""The published checkpoints of TF-Slim's networks: where each is, what it reached.

Facts from the tables of TensorFlow's research models (research/slim/README.md, nets/mobilenet_v1.md,
nets/mobilenet/README.md). Their archives came without checksums, so none is known.
"""

from __future__ import annotations

from dataclasses import dataclass

from convflow.models.registry import unknown

_MODELS = "http://download.tensorflow.org/models/"
_MOBILENET_V1 = f"{_MODELS}mobilenet_v1_2018_08_02/"
_SEARCHED = "https://storage.googleapis.com/download.tensorflow.org/models/"
_MOBILENET_V2 = "https://storage.googleapis.com/mobilenet_v2/checkpoints/"


@dataclass(frozen=True)
class Checkpoint:
    """A published checkpoint.

    Args:
        name: what it is called here.
        network: the network's name for `nets_factory.get_network_fn`.
        url: the archive's address.
        image_size: height and width of the pictures it was measured with, in pixels.
        num_classes: 1000, or 1001 where class 0 is the background.
        top_1, top_5: percent of ImageNet's validation pictures answered rightly, as published.
        preprocessing: what pictures go through, for `preprocessing_factory.get_preprocessing`.
        sha256: of the archive; None where it is not known.
    """

    name: str
    network: str
    url: str
    image_size: int
    num_classes: int
    top_1: float
    top_5: float
    preprocessing: str
    sha256: str | None = None

    @property
    def archive(self) -> str:
        """The archive's file name."""
        return self.url.rpartition("/")[2]

    @property
    def parameters(self) -> int:
        """How many numbers the network's variables hold, moving averages among them."""
        return PARAMETERS[self.network]


# With as many classes as the checkpoints have, auxiliary logits included.
PARAMETERS = {
    "inception_v1": 6_633_209,
    "inception_v2": 11_199_137,
    "inception_v3": 27_182_194,
    "inception_v4": 46_074_066,
    "inception_resnet_v2": 59_244_594,
    "resnet_v1_50": 25_610_152,
    "resnet_v1_101": 44_654_504,
    "resnet_v1_152": 60_344_232,
    "resnet_v2_50": 25_615_849,
    "resnet_v2_101": 44_677_609,
    "resnet_v2_152": 60_382_697,
    "vgg_16": 138_357_544,
    "vgg_19": 143_667_240,
    "mobilenet_v1": 4_254_889,
    "mobilenet_v1_075": 2_602_745,
    "mobilenet_v1_050": 1_343_049,
    "mobilenet_v1_025": 475_801,
    "mobilenet_v2_140": 6_158_505,
    "mobilenet_v2": 3_540_265,
    "mobilenet_v2_050": 1_988_505,
    "mobilenet_v2_035": 1_692_489,
    "nasnet_mobile": 7_741_574,
    "nasnet_large": 93_524_196,
    "pnasnet_mobile": 7_514_569,
    "pnasnet_large": 90_827_754,
}

# Name, which is also the network's; date in the archive's name; size; classes; top 1 and top 5; preprocessing.
_LARGE = (
    ("inception_v1", "2016_08_28", 224, 1001, 69.8, 89.6, "inception"),
    ("inception_v2", "2016_08_28", 224, 1001, 73.9, 91.8, "inception"),
    ("inception_v3", "2016_08_28", 299, 1001, 78.0, 93.9, "inception"),
    ("inception_v4", "2016_09_09", 299, 1001, 80.2, 95.2, "inception"),
    ("inception_resnet_v2", "2016_08_30", 299, 1001, 80.4, 95.3, "inception"),
    ("resnet_v1_50", "2016_08_28", 224, 1000, 75.2, 92.2, "vgg"),
    ("resnet_v1_101", "2016_08_28", 224, 1000, 76.4, 92.9, "vgg"),
    ("resnet_v1_152", "2016_08_28", 224, 1000, 76.8, 93.2, "vgg"),
    ("resnet_v2_50", "2017_04_14", 299, 1001, 75.6, 92.8, "inception"),
    ("resnet_v2_101", "2017_04_14", 299, 1001, 77.0, 93.7, "inception"),
    ("resnet_v2_152", "2017_04_14", 299, 1001, 77.8, 94.1, "inception"),
    ("vgg_16", "2016_08_28", 224, 1000, 71.5, 89.8, "vgg"),
    ("vgg_19", "2016_08_28", 224, 1000, 71.1, 89.8, "vgg"),
)
# Depth multiplier; network; {size: (top 1, top 5)}.
_SMALL_V1 = (
    ("1.0", "mobilenet_v1", {224: (70.9, 89.9), 192: (70.0, 89.2), 160: (68.0, 87.7), 128: (65.2, 85.8)}),
    ("0.75", "mobilenet_v1_075", {224: (68.4, 88.2), 192: (67.2, 87.3), 160: (65.3, 86.0), 128: (62.1, 83.9)}),
    ("0.5", "mobilenet_v1_050", {224: (63.3, 84.9), 192: (61.7, 83.6), 160: (59.1, 81.9), 128: (56.3, 79.4)}),
    ("0.25", "mobilenet_v1_025", {224: (49.8, 74.2), 192: (47.7, 72.3), 160: (45.5, 70.3), 128: (41.5, 66.3)}),
)
_SMALL_V2 = (
    ("1.4", "mobilenet_v2_140", {224: (75.0, 92.5)}),
    (
        "1.0",
        "mobilenet_v2",
        {224: (71.8, 91.0), 192: (70.7, 90.1), 160: (68.8, 89.0), 128: (65.3, 86.9), 96: (60.3, 83.2)},
    ),
    (
        "0.5",
        "mobilenet_v2_050",
        {224: (65.4, 86.4), 192: (63.9, 85.4), 160: (61.0, 83.2), 128: (57.7, 80.8), 96: (51.2, 75.8)},
    ),
    (
        "0.35",
        "mobilenet_v2_035",
        {224: (60.3, 82.9), 192: (58.2, 81.2), 160: (55.7, 79.1), 128: (50.8, 75.0), 96: (45.5, 70.4)},
    ),
)


def _large() -> list[Checkpoint]:
    return [
        Checkpoint(name, name, f"{_MODELS}{name}_{date}.tar.gz", size, classes, top_1, top_5, preprocessing)
        for name, date, size, classes, top_1, top_5, preprocessing in _LARGE
    ]


def _small(
    version: str, address: str, table: tuple[tuple[str, str, dict[int, tuple[float, float]]], ...]
) -> list[Checkpoint]:
    return [
        Checkpoint(name, network, f"{address}{name}.tgz", size, 1001, top_1, top_5, "inception")
        for multiplier, network, sizes in table
        for size, (top_1, top_5) in sizes.items()
        for name in [f"{version}_{multiplier}_{size}"]
    ]


def _searched() -> list[Checkpoint]:
    """Their archives are called after the papers' names of the networks."""
    return [
        Checkpoint(name, name, f"{_SEARCHED}{archive}.tar.gz", size, 1001, top_1, top_5, "inception")
        for name, archive, size, top_1, top_5 in (
            ("nasnet_mobile", "nasnet-a_mobile_04_10_2017", 224, 74.0, 91.6),
            ("nasnet_large", "nasnet-a_large_04_10_2017", 331, 82.7, 96.2),
            ("pnasnet_large", "pnasnet-5_large_2017_12_13", 331, 82.9, 96.2),
            ("pnasnet_mobile", "pnasnet-5_mobile_2017_12_13", 224, 74.2, 91.9),
        )
    ]


CHECKPOINTS = {
    checkpoint.name: checkpoint
    for checkpoint in (
        *_large(),
        *_searched(),
        *_small("mobilenet_v1", _MOBILENET_V1, _SMALL_V1),
        *_small("mobilenet_v2", _MOBILENET_V2, _SMALL_V2),
    )
}


def get(name: str) -> Checkpoint:
    """The checkpoint called `name`.

    Raises:
        errors.NotFoundError: there is none; the message offers names that look alike.
    """
    if name not in CHECKPOINTS:
        raise unknown("published checkpoint", name, CHECKPOINTS)
    return CHECKPOINTS[name]
