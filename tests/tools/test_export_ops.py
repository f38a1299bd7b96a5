"""Each family of nodes, exported to ONNX and to PyTorch and run there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.tools.export.run import Request, export

Build = Callable[[Any], Any]

IMAGE = (None, 8, 8, 4)
ROWS = (None, 6)


def _kernel(*shape: int) -> Any:
    values = np.random.default_rng(len(shape) + sum(shape)).normal(size=shape).astype(np.float32)
    return tf.get_variable(f"kernel_{'_'.join(map(str, shape))}", initializer=values)


def _norm(x: Any, **options: Any) -> Any:
    count = x.shape.as_list()[options.pop("channels", 3)]
    numbers = [tf.get_variable(f"n{i}", initializer=np.linspace(0.5, 2, count, dtype=np.float32)) for i in range(4)]
    return tf.nn.fused_batch_norm(x, *numbers, is_training=False, epsilon=0.01, **options)[0]


CASES: dict[str, tuple[tuple[int | None, ...], Build]] = {
    "conv same": (IMAGE, lambda x: tf.nn.conv2d(x, _kernel(3, 3, 4, 5), [1, 1, 1, 1], "SAME")),
    "conv strided": (IMAGE, lambda x: tf.nn.conv2d(x, _kernel(3, 3, 4, 5), [1, 2, 2, 1], "SAME")),
    "conv even window": (IMAGE, lambda x: tf.nn.conv2d(x, _kernel(2, 4, 4, 5), [1, 1, 1, 1], "SAME")),
    "conv valid": (IMAGE, lambda x: tf.nn.conv2d(x, _kernel(3, 2, 4, 5), [1, 3, 2, 1], "VALID")),
    "conv explicit": (
        IMAGE,
        lambda x: tf.nn.conv2d(x, _kernel(3, 3, 4, 5), [1, 1, 1, 1], [[0, 0], [1, 2], [0, 1], [0, 0]]),
    ),
    "conv any size": (
        (None, None, None, 4),
        lambda x: tf.nn.conv2d(x, _kernel(3, 3, 4, 5), [1, 2, 2, 1], "SAME"),
    ),
    "conv one axis": ((None, 9, 3), lambda x: tf.layers.conv1d(x, 4, 3)),
    "conv channels first": (
        (None, 3, 8, 8),
        lambda x: tf.layers.batch_normalization(
            tf.layers.max_pooling2d(
                tf.layers.conv2d(x, 4, 3, data_format="channels_first"), 2, 2, data_format="channels_first"
            ),
            axis=1,
        ),
    ),
    "groups by split": (
        IMAGE,
        lambda x: tf.concat([tf.layers.conv2d(part, 2, 3) for part in tf.split(tf.layers.conv2d(x, 4, 3), 2, 3)], 3),
    ),
    "channels shuffled": (
        IMAGE,
        lambda x: tf.reshape(
            tf.transpose(tf.reshape(tf.layers.conv2d(x, 4, 1), [-1, 8, 8, 2, 2]), [0, 1, 2, 4, 3]), [-1, 8, 8, 4]
        ),
    ),
    "squeeze and excite": (
        IMAGE,
        lambda x: x * tf.reshape(tf.layers.dense(tf.reduce_mean(x, [1, 2]), 4, tf.sigmoid), [-1, 1, 1, 4]),
    ),
    "group norm": ((2, 4, 4, 8), lambda x: tf.contrib.layers.group_norm(x, groups=4)),
    "instance norm": (IMAGE, tf.contrib.layers.instance_norm),
    "layer norm": (IMAGE, tf.contrib.layers.layer_norm),
    "cells unrolled": (
        (2, 3, 4),
        lambda x: tf.nn.static_rnn(tf.nn.rnn_cell.BasicLSTMCell(4), tf.unstack(x, axis=1), dtype=tf.float32)[0][-1],
    ),
    "conv dilated attribute": (
        IMAGE,
        lambda x: tf.nn.conv2d(x, _kernel(3, 3, 4, 5), [1, 1, 1, 1], "SAME", dilations=[1, 2, 2, 1]),
    ),
    "conv dilated blocks": (IMAGE, lambda x: tf.layers.conv2d(x, 5, 3, padding="same", dilation_rate=2)),
    "conv dilated blocks valid": (IMAGE, lambda x: tf.layers.conv2d(x, 5, 3, dilation_rate=(2, 3))),
    "atrous": (IMAGE, lambda x: tf.nn.atrous_conv2d(x, _kernel(3, 3, 4, 5), 2, "SAME")),
    "depthwise": (
        IMAGE,
        lambda x: tf.nn.depthwise_conv2d(x, _kernel(3, 3, 4, 2), [1, 1, 1, 1], "SAME"),
    ),
    "depthwise dilated": (
        IMAGE,
        lambda x: tf.nn.depthwise_conv2d(x, _kernel(3, 3, 4, 2), [1, 1, 1, 1], "SAME", rate=[2, 2]),
    ),
    "separable": (IMAGE, lambda x: tf.layers.separable_conv2d(x, 5, 3, strides=2, padding="same")),
    "transposed same": (IMAGE, lambda x: tf.layers.conv2d_transpose(x, 3, 4, strides=2, padding="same")),
    "transposed odd": (IMAGE, lambda x: tf.layers.conv2d_transpose(x, 3, 3, strides=2, padding="same")),
    "transposed valid": (IMAGE, lambda x: tf.layers.conv2d_transpose(x, 3, 3, strides=2, padding="valid")),
    "transposed gap": (IMAGE, lambda x: tf.layers.conv2d_transpose(x, 3, 2, strides=3, padding="same")),
    "conv of a computed kernel": (
        IMAGE,
        lambda x: tf.nn.conv2d(x, tf.nn.l2_normalize(_kernel(3, 3, 4, 5), [0, 1, 2]), [1, 1, 1, 1], "SAME"),
    ),
    "max pool": (IMAGE, lambda x: tf.nn.max_pool(x, [1, 3, 3, 1], [1, 2, 2, 1], "SAME")),
    "max pool valid": (IMAGE, lambda x: tf.nn.max_pool(x, [1, 2, 3, 1], [1, 2, 1, 1], "VALID")),
    "max pool any size": (
        (None, None, None, 4),
        lambda x: tf.nn.max_pool(x, [1, 3, 3, 1], [1, 2, 2, 1], "SAME"),
    ),
    "average pool": (IMAGE, lambda x: tf.nn.avg_pool(x, [1, 3, 3, 1], [1, 2, 2, 1], "SAME")),
    "average pool even": (IMAGE, lambda x: tf.nn.avg_pool(x, [1, 2, 2, 1], [1, 1, 1, 1], "SAME")),
    "average pool centred": (IMAGE, lambda x: tf.nn.avg_pool(x, [1, 3, 3, 1], [1, 1, 1, 1], "SAME")),
    "average pool valid": (IMAGE, lambda x: tf.nn.avg_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], "VALID")),
    "average pool any size": (
        (None, None, None, 4),
        lambda x: tf.nn.avg_pool(x, [1, 3, 3, 1], [1, 2, 2, 1], "SAME"),
    ),
    "batch norm": (IMAGE, _norm),
    "batch norm layer": (IMAGE, lambda x: tf.layers.batch_normalization(x, training=False)),
    "batch norm of rows": (ROWS, lambda x: tf.layers.batch_normalization(x, training=False)),
    "lrn": (IMAGE, lambda x: tf.nn.lrn(x, 2, bias=1.5, alpha=0.3, beta=0.7)),
    "bias": (IMAGE, lambda x: tf.nn.bias_add(x, _kernel(4))),
    "dense": (ROWS, lambda x: tf.layers.dense(x, 3, tf.nn.relu)),
    "dense on images": (IMAGE, lambda x: tf.layers.dense(x, 3)),
    "matmul transposed": (ROWS, lambda x: tf.matmul(x, _kernel(3, 6), transpose_b=True)),
    "batch matmul": ((2, 3, 4), lambda x: tf.matmul(x, x, transpose_b=True)),
    "sums of branches": (IMAGE, lambda x: tf.add_n([tf.nn.relu(x), x, tf.layers.conv2d(x, 4, 1)])),
    "constant per channel": (
        IMAGE,
        lambda x: (tf.layers.conv2d(x, 3, 1) - np.float32([1, 2, 3])) / np.float32([[[4, 5, 6]]]),
    ),
    "scale of images before conv": (IMAGE, lambda x: tf.layers.conv2d(x * 2 - 1, 3, 1)),
    "mean": (IMAGE, lambda x: tf.reduce_mean(tf.layers.conv2d(x, 3, 1), [1, 2])),
    "mean kept": (IMAGE, lambda x: tf.layers.conv2d(tf.reduce_mean(x, [1, 2], keepdims=True), 3, 1)),
    "max over channels": (IMAGE, lambda x: tf.reduce_max(tf.layers.conv2d(x, 3, 1), 3)),
    "sum over width": (IMAGE, lambda x: tf.reduce_sum(tf.layers.conv2d(x, 3, 1), [2])),
    "min and prod": (ROWS, lambda x: tf.reduce_min(x, 1) + tf.reduce_prod(x, [1])),
    "sum of all": (ROWS, lambda x: tf.reduce_sum(x)),
    "flatten": (IMAGE, lambda x: tf.layers.dense(tf.layers.flatten(tf.layers.conv2d(x, 3, 1)), 2)),
    "flatten by shape": (ROWS, lambda x: tf.reshape(x, tf.stack([tf.shape(x)[0], 2, 3]))),
    "flatten by two sizes": (
        (None, None, 4),
        lambda x: tf.reshape(x, tf.stack([tf.shape(x)[0] * tf.shape(x)[1], 2, 2])),
    ),
    "squeeze": (IMAGE, lambda x: tf.squeeze(tf.layers.conv2d(x, 3, 8), [1, 2])),
    "squeeze one": (IMAGE, lambda x: tf.squeeze(tf.layers.conv2d(x, 3, (8, 1)), [1])),
    "expand": (ROWS, lambda x: tf.expand_dims(tf.expand_dims(x, 1), -1)),
    "transpose": (IMAGE, lambda x: tf.transpose(tf.layers.conv2d(x, 3, 1), [0, 2, 1, 3])),
    "concat channels": (IMAGE, lambda x: tf.concat([tf.layers.conv2d(x, 3, 1), tf.layers.conv2d(x, 2, 1)], 3)),
    "concat with input": (IMAGE, lambda x: tf.layers.conv2d(tf.concat([tf.layers.conv2d(x, 3, 1), x], -1), 2, 1)),
    "concat batch": (IMAGE, lambda x: tf.concat([tf.layers.conv2d(x, 4, 1), x, x], 0)),
    "split": (IMAGE, lambda x: tf.split(tf.layers.conv2d(x, 4, 1), 2, axis=3)),
    "split sizes": (ROWS, lambda x: tf.split(x, [1, 2, 3], axis=1)),
    "stack and unstack": (ROWS, lambda x: tf.stack(tf.unstack(x, axis=1)[:3], axis=0)),
    "slice": (IMAGE, lambda x: tf.slice(tf.layers.conv2d(x, 4, 1), [0, 1, 2, 1], [-1, 3, -1, 2])),
    "subscripts": (IMAGE, lambda x: tf.layers.conv2d(x, 4, 1)[:, 1:-1, ::2, 1:3]),
    "subscripts of all kinds": (IMAGE, lambda x: x[..., tf.newaxis, 1][:, 2]),
    "subscript from the end": (ROWS, lambda x: x[:, -1]),
    "reverse": (IMAGE, lambda x: tf.reverse(x, [2]) + x[:, ::-1]),
    "pad": (IMAGE, lambda x: tf.pad(tf.layers.conv2d(x, 3, 1), [[0, 0], [1, 2], [0, 1], [0, 0]])),
    "pad with a value": (ROWS, lambda x: tf.pad(x, [[0, 0], [1, 2]], constant_values=3.0)),
    "pad reflect": (
        IMAGE,
        lambda x: tf.pad(tf.layers.conv2d(x, 3, 1), [[0, 0], [1, 2], [3, 1], [0, 0]], "REFLECT"),
    ),
    "pad symmetric": (IMAGE, lambda x: tf.pad(x, [[0, 0], [1, 2], [3, 1], [0, 0]], "SYMMETRIC")),
    "tile": (ROWS, lambda x: tf.tile(x, [2, 3])),
    "shape": (IMAGE, lambda x: tf.shape(tf.layers.conv2d(x, 3, 1, strides=2))),
    "size as a number": (IMAGE, lambda x: x * tf.cast(tf.shape(x)[0], tf.float32)),
    "fill": (ROWS, lambda x: x + tf.fill(tf.shape(x), 2.0) + tf.zeros_like(x) + tf.ones_like(x)),
    "gather": (ROWS, lambda x: tf.gather(x, [2, 0, 5], axis=1)),
    "argmax": (ROWS, lambda x: tf.argmax(x, 1)),
    "argmax of maps": (IMAGE, lambda x: tf.argmax(tf.layers.conv2d(x, 3, 1), 3, output_type=tf.int32)),
    "one hot": (ROWS, lambda x: tf.one_hot(tf.argmax(x, 1) - 1, 5, 2.0, -1.0)),
    "cast": (ROWS, lambda x: tf.cast(tf.cast(x * 10, tf.int32), tf.float32)),
    "whole division": (ROWS, lambda x: tf.cast(x * 10, tf.int32) // 3 + tf.cast(x * 10, tf.int32) % 3),
    "float division": (ROWS, lambda x: x // 0.3 + x % 0.3),
    "top k": (ROWS, lambda x: list(tf.nn.top_k(x, 2))),
    "cumsum": (ROWS, lambda x: tf.cumsum(x, 1, exclusive=True) + tf.cumsum(x, 1, reverse=True)),
    "compare and select": (ROWS, lambda x: tf.where(x > 0.1, x, -x) + tf.cast(tf.not_equal(x, 0), tf.float32)),
    "logic": (
        ROWS,
        lambda x: tf.cast(tf.logical_or(tf.logical_and(x > 0, x <= 0.5), tf.logical_not(x >= 0)), tf.float32),
    ),
    "any and all": (ROWS, lambda x: [tf.reduce_any(x > 0.5, 1), tf.reduce_all(x < 0.9, 1)]),
    "resize bilinear": (IMAGE, lambda x: tf.image.resize_bilinear(tf.layers.conv2d(x, 3, 1), [13, 5])),
    "resize aligned": (IMAGE, lambda x: tf.image.resize_bilinear(x, [13, 5], align_corners=True)),
    "resize half pixel": (IMAGE, lambda x: tf.image.resize_bilinear(x, [13, 5], half_pixel_centers=True)),
    "resize nearest": (IMAGE, lambda x: tf.image.resize_nearest_neighbor(x, [13, 5])),
    "resize nearest aligned": (IMAGE, lambda x: tf.image.resize_nearest_neighbor(x, [13, 5], align_corners=True)),
    "resize nearest half pixel": (
        IMAGE,
        lambda x: tf.image.resize_nearest_neighbor(x, [13, 5], half_pixel_centers=True),
    ),
    "resize by another's size": (
        (None, None, None, 4),
        lambda x: tf.image.resize_bilinear(tf.layers.conv2d(x, 3, 1), tf.shape(x)[1:3] * 2),
    ),
    "blocks alone": (IMAGE, lambda x: tf.space_to_batch_nd(x, [2, 2], [[1, 1], [0, 2]])),
    "blocks back": ((8, 3, 4, 2), lambda x: tf.batch_to_space_nd(x, [2, 2], [[1, 0], [0, 2]])),
    "depth to space": (IMAGE, lambda x: tf.depth_to_space(tf.layers.conv2d(x, 8, 1), 2)),
    "space to depth": (IMAGE, lambda x: tf.space_to_depth(x, 2)),
    "softmax of maps": (IMAGE, lambda x: tf.nn.softmax(tf.layers.conv2d(x, 3, 1))),
    "log softmax": (ROWS, lambda x: tf.nn.log_softmax(x)),
    "dropout off": (ROWS, lambda x: tf.layers.dropout(tf.nn.dropout(x, 1.0), 0.5, training=False)),
    "clip": (ROWS, lambda x: tf.clip_by_value(x, -0.2, 0.3)),
    "l2": (ROWS, lambda x: tf.nn.l2_normalize(x, 1) + tf.nn.l2_loss(x)),
    "moments": (IMAGE, lambda x: list(tf.nn.moments(tf.layers.conv2d(x, 3, 1), [1, 2]))),
    "two outputs": (IMAGE, lambda x: [tf.layers.conv2d(x, 3, 1), tf.nn.relu(x)]),
    "the same output": (IMAGE, lambda x: [x, tf.identity(x)]),
}
UNARY = [
    tf.nn.relu,
    tf.nn.relu6,
    tf.nn.elu,
    tf.nn.selu,
    tf.nn.leaky_relu,
    tf.sigmoid,
    tf.tanh,
    tf.nn.softplus,
    tf.nn.softsign,
    tf.exp,
    tf.square,
    tf.abs,
    tf.negative,
    tf.floor,
    tf.ceil,
    tf.round,
    tf.sign,
    tf.sin,
    tf.cos,
    tf.erf,
    tf.reciprocal,
    lambda x: tf.sqrt(tf.abs(x)),
    lambda x: tf.rsqrt(tf.abs(x) + 0.1),
    lambda x: tf.log(tf.abs(x) + 0.1),
    lambda x: tf.log1p(tf.abs(x)) + tf.expm1(x),
]
BINARY = [
    tf.add,
    tf.subtract,
    tf.multiply,
    tf.divide,
    tf.maximum,
    tf.minimum,
    tf.squared_difference,
    lambda x, y: tf.pow(tf.abs(x), y),
]


def _frozen(folder: Path, shape: tuple[int | None, ...], build: Build) -> tuple[str, tuple[str, ...]]:
    """A file with the frozen graph, and its outputs."""
    with tf.Graph().as_default() as graph, tf.Session() as session:
        tf.set_random_seed(1)
        made = build(tf.placeholder(tf.float32, shape, name="x"))
        outputs = [
            tf.identity(each, name=f"y{i}").op.name for i, each in enumerate(made if isinstance(made, list) else [made])
        ]
        session.run(tf.global_variables_initializer())
        frozen = tf.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), outputs)
    return tf.train.write_graph(frozen, str(folder), "frozen.pb", as_text=False), tuple(outputs)


def _check(folder: Path, shape: tuple[int | None, ...], build: Build, target: str) -> None:
    source, outputs = _frozen(folder, shape, build)
    result = export(Request(source, target, str(folder / "made"), outputs=outputs))
    assert result.differences is not None
    assert [each.output for each in result.differences] == list(outputs)
    assert result.within, [each for each in result.differences if not each.within(1e-4)]


@pytest.mark.parametrize("target", ["onnx", "torch"])
@pytest.mark.parametrize("name", CASES)
def test_it_computes_the_same(name: str, target: str, tmp_path: Path) -> None:
    _check(tmp_path, *CASES[name], target)


@pytest.mark.parametrize("target", ["onnx", "torch"])
def test_functions_of_one_number(target: str, tmp_path: Path) -> None:
    _check(tmp_path, IMAGE, lambda x: [function(x) for function in UNARY], target)


@pytest.mark.parametrize("target", ["onnx", "torch"])
def test_functions_of_two_numbers(target: str, tmp_path: Path) -> None:
    def build(x: Any) -> Any:
        maps = tf.abs(tf.layers.conv2d(x, 4, 1)) + 0.5
        made = [function(maps, x + 2.0) for function in BINARY]
        made += [function(maps, np.float32([1, 2, 3, 4])) for function in BINARY]
        return made + [function(np.float32(2.5), maps) for function in BINARY]

    _check(tmp_path, IMAGE, build, target)
