"""optimize_for_inference: the graphs that TensorFlow makes, with the same results; and what is left alone."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest

import convflow as tf
from convflow.api.python.tools import optimize_for_inference as tool
from convflow.api.python.tools import optimize_for_inference_lib as lib

CASES = json.loads((Path(__file__).parent.parent / "golden" / "training" / "optimize_for_inference.json").read_text())
FLOAT = tf.float32.as_datatype_enum


@pytest.fixture(autouse=True)
def _graph():
    with tf.Graph().as_default():
        yield


def _read(name, which):
    return tf.GraphDef.FromString(base64.b64decode(CASES[name][which]))


def _run(graph_def):
    image = np.random.RandomState(0).rand(1, 6, 6, 2).astype(np.float32)
    with tf.Graph().as_default(), tf.Session() as session:
        (tensor,) = tf.import_graph_def(graph_def, return_elements=["out:0"], name="")
        return session.run(tensor, {"x:0": image})


def _nodes(graph_def):
    return [(node.op, node.name, list(node.input)) for node in graph_def.node]


@pytest.mark.parametrize("name", CASES)
def test_the_graph_is_tensorflows(name):
    before, after = _read(name, "before"), _read(name, "after")
    found = lib.optimize_for_inference(before, ["x"], ["out"], FLOAT)
    assert _nodes(found) == _nodes(after)
    for mine, theirs in zip(found.node, after.node, strict=True):
        if mine.op == "Const":
            np.testing.assert_allclose(lib.values_from_const(mine), lib.values_from_const(theirs), rtol=2e-6)
        for attr in ("mode", "strides", "padding", "resize_align_corners", "data_format"):
            if attr in theirs.attr:
                assert mine.attr[attr] == theirs.attr[attr], (mine.name, attr)
    expected = _run(before)
    np.testing.assert_allclose(_run(found), expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())
    np.testing.assert_allclose(_run(after), expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("name", ["resize", "pad", "resize_pad"])
def test_toco_has_no_fused_nodes(name):
    found = lib.optimize_for_inference(_read(name, "before"), ["x"], ["out"], FLOAT, toco_compatible=True)
    assert not [node.op for node in found.node if node.op.startswith("Fused")]


@pytest.mark.parametrize("name", ["pad", "resize_pad"])
def test_fused_nodes_know_their_sizes(name):
    with tf.Graph().as_default():
        (fused,) = tf.import_graph_def(_read(name, "after"), return_elements=["Conv2D:0"], name="")
        (plain,) = tf.import_graph_def(_read(name, "before"), return_elements=["Conv2D:0"], name="again")
        assert fused.op.type in ("FusedPadConv2D", "FusedResizeAndPadConv2D")
        assert fused.shape.as_list() == plain.shape.as_list()


def _constant(*shape):
    return tf.constant(np.random.RandomState(1).rand(*shape).astype(np.float32))


def _normalized(y, name="bn", **kwargs):
    parts = [_constant(4) for _ in range(4)]
    return tf.nn.fused_batch_norm(y, *parts, is_training=False, name=name, **kwargs)


def _optimized(output):
    return _nodes(lib.optimize_for_inference(output.graph.as_graph_def(), ["x"], [output.op.name], FLOAT))


def _input():
    return tf.placeholder(tf.float32, [1, 6, 6, 2], name="x")


def _convolved(x):
    return tf.nn.conv2d(x, _constant(3, 3, 2, 4), [1, 1, 1, 1], "SAME", name="conv")


def test_training_nodes_go():
    y = tf.identity(tf.check_numerics(_convolved(tf.identity(_input())), "no"))
    nodes = _optimized(tf.nn.relu(y, name="out"))
    assert [op for op, _, _ in nodes] == ["Placeholder", "Const", "Conv2D", "Relu"]


def test_a_convolution_that_others_take_is_left_alone():
    y = _convolved(_input())
    nodes = _optimized(tf.add(_normalized(y)[0], y, name="out"))
    assert [op for op, name, _ in nodes if name == "bn"] == ["FusedBatchNormV3"]


def test_normalization_after_something_else_is_left_alone():
    nodes = _optimized(tf.identity(_normalized(tf.nn.relu(_convolved(_input())))[0], name="out"))
    assert [op for op, name, _ in nodes if name == "bn"] == ["FusedBatchNormV3"]


def test_statistics_that_others_take_are_left_alone():
    y, mean, _ = _normalized(_convolved(_input()))
    nodes = _optimized(tf.add(y, mean, name="out"))
    assert [op for op, name, _ in nodes if name == "bn"] == ["FusedBatchNormV3"]


def test_normalization_with_the_batchs_statistics_is_left_alone():
    y = tf.nn.fused_batch_norm(_convolved(_input()), _constant(4), _constant(4), is_training=True, name="bn")[0]
    nodes = _optimized(tf.identity(y, name="out"))
    assert [op for op, name, _ in nodes if name == "bn"] == ["FusedBatchNormV3"]


def test_resizing_with_pixel_centers_is_left_alone():
    y = tf.raw_ops.ResizeBilinear(images=_input(), size=[9, 9], half_pixel_centers=True)
    nodes = _optimized(tf.identity(_convolved(y), name="out"))
    assert "ResizeBilinear" in [op for op, _, _ in nodes]


@pytest.mark.parametrize("scales", [True, False])
def test_old_normalizations_are_folded(scales):
    # A node that graphs of 2015 have.
    before = tf.GraphDef()
    with tf.Graph().as_default() as graph:
        y = _convolved(_input())
        parts = {name: tf.constant(value, name=name) for name, value in _STATISTICS.items()}
        mean, variance, beta, gamma = parts["m"], parts["v"], parts["beta"], parts["gamma"]
        scale = gamma if scales else None
        tf.nn.batch_normalization(y, mean, variance, beta, scale, 0.001, name="plain")
        before.CopyFrom(graph.as_graph_def())
    node = before.node.add(name="bn", op="BatchNormWithGlobalNormalization", input=["conv", "m", "v", "beta", "gamma"])
    node.attr["T"].type = FLOAT
    node.attr["variance_epsilon"].f = 0.001
    node.attr["scale_after_normalization"].b = scales
    before.node.add(name="out", op="Relu", input=["bn"]).attr["T"].type = FLOAT
    found = lib.optimize_for_inference(before, ["x"], ["out"], FLOAT)
    assert [(n.op, n.name) for n in found.node][-4:] == [
        ("Const", "conv_weights"), ("Conv2D", "conv"), ("Const", "conv_bn_offset"), ("BiasAdd", "bn"),
    ]  # fmt: skip
    image = np.random.RandomState(0).rand(1, 6, 6, 2).astype(np.float32)
    with tf.Graph().as_default(), tf.Session() as session:
        tf.import_graph_def(found, name="")
        value = session.run("bn:0", {"x:0": image})
    with tf.Graph().as_default(), tf.Session() as session:
        del before.node[-2:]
        tf.import_graph_def(before, name="")
        last = [op for op in tf.get_default_graph().get_operations() if op.name.startswith("plain")][-1]
        expected = session.run(last.outputs[0], {"x:0": image})
    np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-5)


_STATISTICS = {
    "m": np.float32([0.1, 0.2, 0.3, 0.4]),
    "v": np.float32([1.0, 2.0, 3.0, 0.5]),
    "beta": np.float32([0.0, 1.0, -1.0, 2.0]),
    "gamma": np.float32([1.0, 2.0, 0.5, 3.0]),
}


def test_refusals():
    twice = tf.GraphDef()
    twice.node.add(name="a", op="Const")
    twice.node.add(name="a", op="Const")
    with pytest.raises(ValueError, match="Duplicate node names detected for a"):
        lib.ensure_graph_is_valid(twice)
    lost = tf.GraphDef()
    lost.node.add(name="b", op="Identity", input=["zz"])
    with pytest.raises(ValueError, match="Input for b not found: zz"):
        lib.ensure_graph_is_valid(lost)
    with pytest.raises(ValueError, match="No node named 'x' found in map"):
        lib.node_from_map({}, "x")
    with pytest.raises(ValueError, match="Can not extract constant value from a node that is not Const"):
        lib.values_from_const(lost.node[0])
    assert (lib.node_name_from_input("^a:3"), lib.node_name_from_input("a:3")) == ("a", "a")


def test_the_tools_flags(tmp_path, capsys):
    source, target = tmp_path / "in.pb", tmp_path / "out.pb"
    source.write_bytes(_read("fused", "before").SerializeToString())
    flags = [f"--input={source}", f"--output={target}", "--input_names=x", "--output_names=out"]
    assert tool.run_main(flags) == 0
    assert _nodes(tf.GraphDef.FromString(target.read_bytes())) == _nodes(_read("fused", "after"))
    assert tool.run_main(["--input=nowhere.pb", "--output=x", "--input_names=x", "--output_names=out"]) == -1
    assert "Input graph file 'nowhere.pb' does not exist!" in capsys.readouterr().out
