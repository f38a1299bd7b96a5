"""Layers with inputs: the same code computes their numbers under the oracle and here. `tf` is handed in."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

STEPS = 2
Build = Callable[[Any, Any], Any]


def cases() -> dict[str, tuple[list[int], Build]]:
    """For each case the input's shape and what makes the output of `tf` and the input."""
    return {**convolutions(), **transposed(), **separable(), **pooling(), **normalization(), **others()}


def _of(function: str, *args: Any, **kwargs: Any) -> Build:
    return lambda tf, x: getattr(tf.layers, function)(x, *args, **kwargs)


def convolutions() -> dict[str, tuple[list[int], Build]]:
    line, picture, volume = [2, 6, 2], [2, 5, 6, 2], [1, 3, 4, 4, 2]
    found: dict[str, tuple[list[int], Build]] = {
        "conv1d": (line, _of("conv1d", 3, 3)),
        "conv1d same strided": (line, _of("conv1d", 3, 3, 2, "same")),
        "conv1d dilated": (line, _of("conv1d", 2, 2, dilation_rate=2)),
        "conv1d dilated same": (line, _of("conv1d", 2, 3, padding="same", dilation_rate=3)),
        "conv1d causal": (line, _of("conv1d", 2, 3, padding="causal")),
        "conv1d causal dilated": (line, _of("conv1d", 2, 2, padding="causal", dilation_rate=2)),
        "conv1d first": ([2, 2, 6], _of("conv1d", 3, 2, data_format="channels_first")),
        "conv2d": (picture, _of("conv2d", 3, (3, 2))),
        "conv2d same strided": (picture, _of("conv2d", 3, 3, (2, 1), "same")),
        "conv2d dilated": (picture, _of("conv2d", 3, 2, dilation_rate=(2, 3))),
        "conv2d dilated same": (picture, _of("conv2d", 3, 3, padding="same", dilation_rate=2)),
        "conv2d without bias": (picture, _of("conv2d", 3, 1, use_bias=False)),
        "conv3d": (volume, _of("conv3d", 2, 2)),
        "conv3d same strided": (volume, _of("conv3d", 2, (1, 2, 3), (1, 2, 2), "same")),
        "conv3d dilated": (volume, _of("conv3d", 2, 2, dilation_rate=2)),
    }
    for activation in ("relu", "elu", "tanh", "sigmoid", "softplus", "selu", "relu6", "softsign", "linear"):
        found[f"conv2d {activation}"] = ([1, 3, 3, 2], _of("conv2d", 2, 2, activation=activation))
    return found


def transposed() -> dict[str, tuple[list[int], Build]]:
    picture, volume = [2, 3, 4, 2], [1, 2, 3, 2, 2]
    return {
        "conv2d_transpose": (picture, _of("conv2d_transpose", 3, 3)),
        "conv2d_transpose strided": (picture, _of("conv2d_transpose", 3, (2, 3), (3, 2))),
        "conv2d_transpose same": (picture, _of("conv2d_transpose", 2, 3, 2, "same", activation="relu")),
        "conv2d_transpose small kernel": (picture, _of("conv2d_transpose", 2, 1, 2, use_bias=False)),
        "conv2d_transpose first": ([2, 2, 3, 4], _of("conv2d_transpose", 3, 3, 2, data_format="channels_first")),
        "conv3d_transpose": (volume, _of("conv3d_transpose", 2, 2)),
        "conv3d_transpose strided": (volume, _of("conv3d_transpose", 2, (1, 2, 3), (2, 1, 2))),
        "conv3d_transpose same": (volume, _of("conv3d_transpose", 2, 3, 2, "same")),
    }


def separable() -> dict[str, tuple[list[int], Build]]:
    line, picture = [2, 6, 2], [2, 5, 6, 2]
    return {
        "separable_conv1d": (line, _of("separable_conv1d", 3, 3)),
        "separable_conv1d strided": (line, _of("separable_conv1d", 3, 3, 2, "same", depth_multiplier=2)),
        "separable_conv1d dilated": (line, _of("separable_conv1d", 2, 2, dilation_rate=2)),
        "separable_conv1d causal": (line, _of("separable_conv1d", 2, 3, padding="causal", use_bias=False)),
        "separable_conv2d": (picture, _of("separable_conv2d", 3, 3)),
        "separable_conv2d strided": (picture, _of("separable_conv2d", 3, (2, 3), 2, "same", depth_multiplier=2)),
        "separable_conv2d dilated": (picture, _of("separable_conv2d", 3, 2, dilation_rate=2, activation="relu")),
    }


def pooling() -> dict[str, tuple[list[int], Build]]:
    shapes = {1: [2, 7, 2], 2: [2, 5, 6, 2], 3: [1, 4, 5, 4, 2]}
    found: dict[str, tuple[list[int], Build]] = {}
    for rank, shape in shapes.items():
        first = [shape[0], shape[-1], *shape[1:-1]]
        for kind in ("max", "average"):
            name = f"{kind}_pooling{rank}d"
            found[name] = (shape, _of(name, 2, 2))
            found[f"{name} same"] = (shape, _of(name, 3, 2, "same"))
            if rank != 2:
                found[f"{name} first"] = (first, _of(name, 2, 1, data_format="channels_first"))
    return found


def normalization() -> dict[str, tuple[list[int], Build]]:
    rows, picture = [6, 3], [2, 2, 3, 3]
    call = "batch_normalization"

    def adjusted(tf: Any, x: Any) -> Any:
        return tf.layers.batch_normalization(
            x, training=True, adjustment=lambda shape: (tf.fill(shape[-1:], 1.5), tf.fill(shape[-1:], 0.25))
        )

    def decided(training: bool, **options: Any) -> Build:
        # The value is unknown while the graph is built.
        return lambda tf, x: tf.layers.batch_normalization(
            x, training=tf.placeholder_with_default(training, []), **options
        )

    varied = {"momentum": 0.5, "gamma": 1.5, "beta": -0.5}

    def initialized(tf: Any, x: Any) -> Any:
        return tf.layers.batch_normalization(
            x,
            training=True,
            momentum=varied["momentum"],
            gamma_initializer=tf.constant_initializer(varied["gamma"]),
            beta_initializer=tf.constant_initializer(varied["beta"]),
            moving_mean_initializer=tf.constant_initializer([0.5, 1.0, 1.5]),
            moving_variance_initializer=tf.constant_initializer([0.5, 1.0, 1.5]),
        )

    def initialized_renorm(tf: Any, x: Any) -> Any:
        return tf.layers.batch_normalization(
            x,
            training=True,
            renorm=True,
            renorm_momentum=0.75,
            momentum=0.5,
            renorm_clipping={"rmin": 0.5, "rmax": 1.5, "dmax": 0.25},
            moving_mean_initializer=tf.constant_initializer([0.5, 1.0, 1.5]),
            moving_variance_initializer=tf.constant_initializer([0.5, 1.0, 1.5]),
        )

    return {
        "bn inference": (picture, _of(call)),
        "bn training": (picture, _of(call, training=True)),
        "bn training, composed": (picture, _of(call, training=True, fused=False)),
        "bn decided to train": (picture, decided(True)),
        "bn decided not to train": (picture, decided(False)),
        "bn composed, decided to train": (picture, decided(True, fused=False)),
        "bn composed, decided not to train": (picture, decided(False, fused=False)),
        "bn of rows": (rows, _of(call, training=True, momentum=0.9)),
        "bn of rows, inference": (rows, _of(call)),
        "bn of rows, decided": (rows, decided(True, momentum=0.5)),
        "bn initialized": (picture, initialized),
        "bn of rows, initialized": (rows, initialized),
        "bn without center and scale": (picture, _of(call, training=True, center=False, scale=False)),
        "bn of axis 1": ([2, 3, 2, 2], _of(call, axis=1, training=True)),
        "bn of axis 1, composed": ([2, 3, 4], _of(call, axis=1, training=True)),
        "bn of two axes": (picture, _of(call, axis=[1, 3], training=True)),
        "bn of volumes": ([1, 2, 2, 3, 2], _of(call, training=True)),
        "bn renorm": (rows, _of(call, renorm=True, training=True)),
        "bn renorm, inference": (rows, _of(call, renorm=True)),
        "bn renorm, decided to train": (rows, decided(True, renorm=True, renorm_momentum=0.5)),
        "bn renorm, decided not to train": (rows, decided(False, renorm=True)),
        "bn renorm, clipped": (rows, initialized_renorm),
        "bn virtual batches": (rows, _of(call, training=True, virtual_batch_size=2)),
        "bn virtual batches of pictures": ([4, 2, 2, 3], _of(call, training=True, virtual_batch_size=2)),
        "bn virtual batches, decided": (rows, decided(True, virtual_batch_size=3, momentum=0.5)),
        "bn adjusted": (rows, adjusted),
        "bn frozen": (picture, _of(call, training=True, trainable=False)),
    }


def others() -> dict[str, tuple[list[int], Build]]:
    return {
        "dense": ([3, 4], _of("dense", 5)),
        "dense of rank 3": ([2, 3, 4], _of("dense", 5, activation="relu")),
        "dense of rank 4": ([2, 2, 3, 4], _of("dense", 2, use_bias=False)),
        "flatten": ([2, 3, 2], _of("flatten")),
        "flatten first": ([2, 3, 2, 2], _of("flatten", data_format="channels_first")),
        "dropout": ([4, 5], _of("dropout", 0.4, training=True)),
        "dropout of rows": ([4, 5], _of("dropout", 0.5, noise_shape=[4, 1], seed=3, training=True)),
        "dropout not training": ([2, 5], _of("dropout", 0.5)),
    }


def drawn(name: str, shape: list[int]) -> np.ndarray:
    rng = np.random.RandomState(zlib.crc32(name.encode()) % 2**31)
    return np.round(rng.normal(0.5, 1.5, shape), 2).astype(np.float32)


def evaluate(tf: Any, name: str, shape: list[int], build: Build) -> dict[str, Any]:
    """Outputs of some steps with the updates run, gradients of the first, variables at the end."""
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(7)
        x = tf.placeholder(tf.float32, [None, *shape[1:]])
        y = build(tf, x)
        updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
        sources = [x, *tf.trainable_variables()]
        slopes = tf.gradients(tf.reduce_sum(tf.sin(y)), sources)
        with tf.Session(graph=graph) as session:
            session.run(tf.global_variables_initializer())
            values = drawn(name, shape)
            # What is fetched together with an update may see it or not: one after the other.
            gradients = session.run(slopes, {x: values})
            outputs = []
            for _ in range(STEPS):
                outputs.append(session.run(y, {x: values}))
                session.run(updates, {x: values})
            variables = session.run({v.op.name: v for v in tf.global_variables()})
    return {"outputs": outputs, "gradients": gradients, "variables": variables}
