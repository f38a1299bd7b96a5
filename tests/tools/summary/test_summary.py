"""`convflow summary` on models and on graphs in files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import convflow as tf
from convflow import cli
from convflow.models import zoo
from convflow.tools.summary.layers import summarise


def convflow(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, ["summary", *map(str, arguments)])


def summary(*arguments: object) -> Any:
    result = convflow(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_mnist_cnn() -> None:
    found = summary("mnist_cnn")
    layers = [layer for layer in found["layers"] if layer["parameters"]]
    assert [layer["parameters"] for layer in layers] == [832, 51_264, 1_049_600, 10_250]
    assert [layer["output_shape"] for layer in layers] == [[1, 24, 24, 32], [1, 8, 8, 64], [1, 1024], [1, 10]]
    assert [layer["macs"] for layer in layers] == [460_800, 3_276_800, 1_048_576, 10_240]
    assert [layer["receptive_field"] for layer in layers] == [[5, 5], [14, 14], [28, 28], [28, 28]]
    assert layers[0]["activation_bytes"] == 24 * 24 * 32 * 4
    assert found["totals"]["parameters"] == 1_111_946 and found["totals"]["macs"] == 4_796_416


def test_vgg_16() -> None:
    found = summary("vgg_16")
    rows = {layer["name"]: layer for layer in found["layers"]}
    assert found["totals"]["parameters"] == zoo.PARAMETERS["vgg_16"]
    assert rows["vgg_16/conv1/conv1_1"]["macs"] == 86_704_128
    # As published: A. Araujo et al., "Computing Receptive Fields of CNNs" (2019).
    assert rows["vgg_16/pool5/MaxPool"]["receptive_field"] == [212, 212]
    assert rows["vgg_16/fc6"]["parameters"] == 102_764_544


def build(images: Any) -> Any:
    made = tf.layers.conv2d(images, 8, 3, padding="same", use_bias=False)
    made = tf.nn.relu(tf.layers.batch_normalization(made))
    made = tf.layers.separable_conv2d(made, 4, 3, strides=2)
    return tf.layers.dense(tf.layers.flatten(made), 10)


EXPECTED = [
    ("conv2d", 216, 13_824),
    ("batch_normalization", 16, 0),
    ("separable_conv2d", 108, 936),
    ("dense", 370, 360),
]


def test_training_graph_in_a_meta_file(tmp_path: Path) -> None:
    with tf.Graph().as_default():
        loss = tf.reduce_mean(tf.square(build(tf.placeholder(tf.float32, [None, 8, 8, 3]))))
        tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss)
        tf.train.export_meta_graph(str(tmp_path / "run.meta"))
    found = summary(tmp_path / "run.meta")
    assert [(row["name"], row["parameters"], row["macs"]) for row in found["layers"]] == EXPECTED
    # Moving mean and variance.
    assert found["totals"]["parameters"] == 710
    assert found["totals"]["layers_of_unknown_size"] == 0
    text = convflow(tmp_path / "run.meta").stdout
    assert "separable_conv2d" in text and "710 parameters" in text


def test_frozen_graph(tmp_path: Path) -> None:
    with tf.Graph().as_default() as graph, tf.Session() as session:
        answer = build(tf.placeholder(tf.float32, [None, 8, 8, 3]))
        session.run(tf.global_variables_initializer())
        frozen = tf.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), [answer.op.name])
    (tmp_path / "net.pb").write_bytes(frozen.SerializeToString())
    rows = summary(tmp_path / "net.pb")["layers"]
    assert [(row["name"], row["macs"]) for row in rows] == [(name, macs) for name, _, macs in EXPECTED]
    # What was a moving average is a constant like the others.
    assert [row["parameters"] for row in rows] == [216, 32, 108, 370]


def test_variables_without_scopes() -> None:
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 4])
        w1, b1, w2 = tf.Variable(tf.zeros([4, 5])), tf.Variable(tf.zeros([5])), tf.Variable(tf.zeros([5, 2]))
        tf.matmul(tf.nn.relu(tf.matmul(x, w1) + b1), w2)
        rows = summarise(graph)
    assert [(row.name, row.parameters, row.macs) for row in rows] == [("Variable", 25, 20), ("Variable_2", 10, 10)]


def test_refusals(tmp_path: Path) -> None:
    result = convflow("vgg_61")
    assert (
        result.exit_code == 1
        and "There is no model or file named 'vgg_61'. Did you mean vgg_19 or vgg_16" in result.stderr
    )
    (tmp_path / "empty.pb").write_bytes(tf.GraphDef().SerializeToString())
    result = convflow(tmp_path / "empty.pb")
    assert result.exit_code == 1 and "The graph has 0 nodes, and no layer among them." in result.stderr
    assert convflow(tmp_path / "none.meta").exit_code == 1


@pytest.mark.parametrize(
    ("model", "macs"),
    # As the papers give them, in millions: 569 (A. Howard et al., 2017), 300 (M. Sandler et al., 2018).
    [("mobilenet_v1_1.0_224", 569), ("mobilenet_v2_1.0_224", 300)],
)
def test_published_costs(model: str, macs: int) -> None:
    assert round(summary(model)["totals"]["macs"] / 1e6) == pytest.approx(macs, abs=1)
