"""The networks of tests/golden/slim/networks.json, and how both libraries build, fill and run them."""

from __future__ import annotations

import hashlib
import importlib
import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """A network.

    Args:
        module: where it is, below `tf_slim.nets` or `nets`.
        network, scope: its function and that of its defaults.
        size: the pictures' height and width as published.
        small: the size for which outputs are compared.
        arguments: keywords of the network.
    """

    module: str
    network: str
    scope: str
    size: int
    small: int
    arguments: dict[str, Any] = field(default_factory=dict)
    channels: int = 3

    @property
    def name(self) -> str:
        given = "".join(f" {name}={value}" for name, value in self.arguments.items())
        return f"{self.module}:{self.network}{given}"


def _resnets() -> list[Case]:
    return [
        Case(f"tf_slim.nets.resnet_v{version}", f"resnet_v{version}_{layers}", "resnet_arg_scope", 224, 65, arguments)
        for version, stride in ((1, 8), (2, 16))
        for layers, arguments in (
            (50, {}), (101, {}), (152, {}), (200, {}), (50, {"output_stride": stride, "global_pool": False})
        )
    ]  # fmt: skip


def _vggs() -> list[Case]:
    small = {"fc_conv_padding": "SAME"}
    return [
        *(Case("tf_slim.nets.vgg", name, "vgg_arg_scope", 224, 224) for name in ("vgg_a", "vgg_16", "vgg_19")),
        Case("nets.vgg", "vgg_16", "vgg_arg_scope", 40, 40, small),
        Case("nets.vgg", "vgg_16", "vgg_arg_scope", 224, 72, {**small, "spatial_squeeze": False}),
        Case("nets.vgg", "vgg_19", "vgg_arg_scope", 256, 72, {**small, "global_pool": True}),
    ]


def _inceptions() -> list[Case]:
    return [
        *(
            Case(f"{package}.inception_v{version}", f"inception_v{version}", f"inception_v{version}_arg_scope", *sizes)
            for package in ("tf_slim.nets", "nets")
            for version, sizes in ((1, (224, 224)), (2, (224, 100)), (3, (299, 139)))
        ),
        Case("nets.inception_v1", "inception_v1", "inception_v1_arg_scope", 240, 96, {"global_pool": True}),
        Case("nets.inception_v2", "inception_v2", "inception_v2_arg_scope", 224, 100, {"depth_multiplier": 0.5}),
        Case("nets.inception_v3", "inception_v3", "inception_v3_arg_scope", 299, 139,
             {"depth_multiplier": 0.5, "min_depth": 24, "create_aux_logits": False}),
        Case("nets.inception_v4", "inception_v4", "inception_v4_arg_scope", 299, 139),
        Case("nets.inception_resnet_v2", "inception_resnet_v2", "inception_resnet_v2_arg_scope", 299, 139),
    ]  # fmt: skip


def _mobilenets() -> list[Case]:
    first, second = ("nets.mobilenet_v1", "mobilenet_v1_arg_scope"), ("nets.mobilenet.mobilenet_v2", "training_scope")
    return [
        Case(module, name, scope, size, 96)
        for module, scope, name, size in (
            (*first, "mobilenet_v1", 224),
            (*first, "mobilenet_v1_075", 224),
            (*first, "mobilenet_v1_050", 160),
            (*first, "mobilenet_v1_025", 128),
            (*second, "mobilenet", 224),
            (*second, "mobilenet_v2_140", 224),
            (*second, "mobilenet_v2_050", 224),
            (*second, "mobilenet_v2_035", 224),
        )
    ]


CASES = [
    Case("tf_slim.nets.alexnet", "alexnet_v2", "alexnet_v2_arg_scope", 224, 224),
    Case("tf_slim.nets.overfeat", "overfeat", "overfeat_arg_scope", 231, 231),
    *_vggs(),
    *_inceptions(),
    *_resnets(),
    Case("nets.lenet", "lenet", "lenet_arg_scope", 28, 28, channels=1),
    Case("nets.cifarnet", "cifarnet", "cifarnet_arg_scope", 32, 32),
    *_mobilenets(),
]


def build(tf: Any, case: Case, images: Any) -> tuple[Any, dict[str, Any]]:
    """The network of 1000 classes for answers, not for training."""
    module = importlib.import_module(case.module)
    with tf.contrib.slim.arg_scope(getattr(module, case.scope)(weight_decay=0.0)):
        return getattr(module, case.network)(images, 1000, is_training=False, **case.arguments)


def described(tf: Any, case: Case) -> dict[str, Any]:
    """How many variables and parameters, their names and shapes, the end points: of the published size."""
    with tf.Graph().as_default():
        _, ends = build(tf, case, tf.zeros([1, case.size, case.size, case.channels]))
        variables = tf.contrib.slim.get_model_variables()
    lines = [f"{variable.op.name} {variable.shape.as_list()}" for variable in variables]
    points = [f"{name} {ends[name].shape.as_list()}" for name in sorted(ends)]
    return {
        "variables": len(lines),
        "parameters": int(sum(variable.shape.num_elements() for variable in variables)),
        "names_and_shapes": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        "end_points": hashlib.sha256("\n".join(points).encode()).hexdigest(),
    }


def weights(name: str, shape: list[int]) -> np.ndarray:
    """Numbers for a variable that depend on its name only: a block of random ones, repeated."""
    block = np.random.RandomState(zlib.crc32(name.encode())).standard_normal(4099).astype(np.float32)
    values = np.resize(block, shape)
    short = name.rpartition("/")[2]
    if "bottleneck" in name and "/conv3/" in name:
        # Residuals are small, or the sums of dozens of them would grow beyond all bounds.
        values = values * np.float32(0.2)
    if short in ("moving_variance", "gamma"):
        return np.abs(values) * np.float32(0.2) + 1
    if len(shape) < 2:
        return values * np.float32(0.1)
    # Depthwise filters sum over their window only.
    inputs = np.prod(shape[:2] if short == "depthwise_weights" else shape[:-1])
    return values * np.float32(np.sqrt(2 / inputs))


def outputs(tf: Any, case: Case) -> list[float]:
    """Twenty of the logits for a random picture and `weights`."""
    size = [2, case.small, case.small, case.channels]
    with tf.Graph().as_default(), tf.Session() as session:
        logits, _ = build(tf, case, tf.constant(weights("picture", size) * 20))
        for variable in tf.contrib.slim.get_model_variables():
            variable.load(weights(variable.op.name, variable.shape.as_list()), session)
        return session.run(tf.reshape(logits, [-1])[::100]).tolist()
