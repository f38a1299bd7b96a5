"""`convflow export`: what it reads, what it writes and what it says."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from safetensors.numpy import load_file
from typer.testing import CliRunner

import convflow as tf
from convflow import cli
from convflow.core import errors
from convflow.formats import saved_model
from convflow.tools.export import validate
from convflow.tools.export.run import Request, export
from convflow.training.graph_io import read_graph


def _network() -> Any:
    """A classifier with the switches that programs have: one placeholder for dropout, one for training."""
    x = tf.placeholder(tf.float32, [None, 8, 8, 3], name="x")
    keep_prob = tf.placeholder(tf.float32, name="keep_prob")
    training = tf.placeholder(tf.bool, name="is_training")
    net = tf.layers.conv2d(x, 4, 3, padding="same", name="conv1")
    net = tf.layers.batch_normalization(net, training=training, name="norm1")
    net = tf.layers.max_pooling2d(tf.nn.relu(net), 2, 2)
    net = tf.layers.separable_conv2d(net, 6, 3, name="sep")
    net = tf.nn.dropout(tf.layers.flatten(net), keep_prob)
    net = tf.layers.dense(net, 5, name="logits")
    return tf.nn.softmax(net, name="prob")


def _randomize(session: Any) -> None:
    generator = np.random.default_rng(3)
    for variable in tf.global_variables():
        low = 0.5 if "variance" in variable.name else -0.5
        session.run(variable.assign(generator.uniform(low, 1, variable.shape.as_list()).astype(np.float32)))


@pytest.fixture
def checkpoint(tmp_path: Path) -> str:
    with tf.Graph().as_default(), tf.Session() as session:
        probabilities = _network()
        labels = tf.placeholder(tf.int32, [None], name="labels")
        loss = tf.losses.sparse_softmax_cross_entropy(labels, tf.log(probabilities))
        tf.train.AdamOptimizer().minimize(loss)
        session.run(tf.global_variables_initializer())
        _randomize(session)
        return str(tf.train.Saver().save(session, str(tmp_path / "model.ckpt"), 7))


FIXED = {"keep_prob": "1.0", "is_training": "false"}


def _saved_model(folder: Path) -> str:
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None, 6, 6, 2], name="x")
        y = tf.layers.conv2d(x, 3, 3, activation=tf.nn.relu, name="conv")
        session.run(tf.global_variables_initializer())
        tf.saved_model.simple_save(session, str(folder / "saved"), {"image": x}, {"maps": y})
    return str(folder / "saved")


def _frozen(folder: Path, build: Callable[[], Any], as_text: bool = False) -> str:
    with tf.Graph().as_default() as graph, tf.Session() as session:
        output = build()
        session.run(tf.global_variables_initializer())
        names = [each.op.name for each in (output if isinstance(output, list) else [output])]
        frozen = tf.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), names)
    name = "frozen.pbtxt" if as_text else "frozen.pb"
    return str(tf.train.write_graph(frozen, str(folder), name, as_text=as_text))


def _small() -> Any:
    return tf.layers.conv2d(tf.placeholder(tf.float32, [None, 6, 6, 2], name="x"), 3, 3, name="conv")


@pytest.mark.parametrize("target", ["onnx", "torch"])
def test_a_checkpoint_with_its_meta_file(checkpoint: str, target: str, tmp_path: Path) -> None:
    result = export(Request(checkpoint, target, str(tmp_path / "made"), outputs=("prob",), fixed=FIXED))
    assert (result.inputs, result.outputs, result.within) == (("x",), ("prob",), True)


def test_the_meta_file_and_the_folder_name_the_checkpoint_too(checkpoint: str, tmp_path: Path) -> None:
    for path in (f"{checkpoint}.meta", f"{checkpoint}.index", str(tmp_path)):
        assert export(Request(path, "onnx", str(tmp_path / "m.onnx"), outputs=("prob",), fixed=FIXED)).within


@pytest.mark.parametrize("target", ["onnx", "torch"])
def test_a_saved_model_says_its_inputs_and_outputs(target: str, tmp_path: Path) -> None:
    result = export(Request(_saved_model(tmp_path), target, str(tmp_path / "made.onnx")))
    assert (result.inputs, result.outputs, result.within) == (("x",), ("conv/Relu",), True)


def test_the_signature_is_in_the_onnx_files_metadata(tmp_path: Path) -> None:
    export(Request(_saved_model(tmp_path), "onnx", str(tmp_path / "made.onnx")))
    notes = {each.key: each.value for each in onnx.load(tmp_path / "made.onnx").metadata_props}
    assert notes == {"signature.image": "x", "signature.maps": "conv/Relu"}


@pytest.mark.parametrize("as_text", [False, True])
def test_a_frozen_graphs_outputs_are_what_nothing_takes(as_text: bool, tmp_path: Path) -> None:
    result = export(Request(_frozen(tmp_path, _small, as_text), "onnx", str(tmp_path / "made.onnx")))
    assert (result.inputs, result.outputs, result.within) == (("x",), ("conv/BiasAdd",), True)


def test_the_onnx_file_keeps_names_shapes_and_layout_of_its_ends(checkpoint: str, tmp_path: Path) -> None:
    export(Request(checkpoint, "onnx", str(tmp_path / "m.onnx"), outputs=("prob",), fixed=FIXED))
    graph = onnx.load(tmp_path / "m.onnx").graph
    shapes = {
        port.name: [dim.dim_param or dim.dim_value for dim in port.type.tensor_type.shape.dim]
        for port in (*graph.input, *graph.output)
    }
    assert shapes == {"x": ["batch", 8, 8, 3], "prob": ["batch", 5]}
    assert {"conv1/kernel", "conv1/bias", "norm1/moving_mean", "logits/kernel"} <= {i.name for i in graph.initializer}


def test_inside_images_stay_nchw(checkpoint: str, tmp_path: Path) -> None:
    export(Request(checkpoint, "onnx", str(tmp_path / "m.onnx"), outputs=("prob",), fixed=FIXED))
    kinds = [node.op_type for node in onnx.load(tmp_path / "m.onnx").graph.node]
    assert kinds == [
        *("Transpose", "Conv", "BatchNormalization", "Relu", "MaxPool", "Conv", "Conv"),
        *("Transpose", "Reshape", "Gemm", "Softmax"),
    ]


def test_the_torch_module_has_the_checkpoints_scopes_and_pytorchs_layouts(checkpoint: str, tmp_path: Path) -> None:
    result = export(Request(checkpoint, "torch", str(tmp_path / "net.py"), outputs=("prob",), fixed=FIXED))
    assert result.files == (str(tmp_path / "net.py"), str(tmp_path / "net.safetensors"))
    values = load_file(tmp_path / "net.safetensors")
    reader = tf.train.NewCheckpointReader(checkpoint)
    expected = {
        "conv1.weight": reader.get_tensor("conv1/kernel").transpose(3, 2, 0, 1),
        "conv1.bias": reader.get_tensor("conv1/bias"),
        "norm1.weight": reader.get_tensor("norm1/gamma"),
        "norm1.bias": reader.get_tensor("norm1/beta"),
        "norm1.running_mean": reader.get_tensor("norm1/moving_mean"),
        "norm1.running_var": reader.get_tensor("norm1/moving_variance"),
        "norm1.num_batches_tracked": np.asarray(0),
        "sep.depthwise.weight": reader.get_tensor("sep/depthwise_kernel").transpose(2, 3, 0, 1),
        "sep.pointwise.weight": reader.get_tensor("sep/pointwise_kernel").transpose(3, 2, 0, 1),
        "sep.pointwise.bias": reader.get_tensor("sep/bias"),
        "logits.weight": reader.get_tensor("logits/kernel").T,
        "logits.bias": reader.get_tensor("logits/bias"),
    }
    assert set(values) == set(expected)
    for key, value in expected.items():
        np.testing.assert_array_equal(values[key], value, err_msg=key)


def test_the_torch_module_reads_like_one(checkpoint: str, tmp_path: Path) -> None:
    export(Request(checkpoint, "torch", str(tmp_path / "net.py"), outputs=("prob",), fixed=FIXED))
    code = (tmp_path / "net.py").read_text()
    for line in (
        "self.conv1 = nn.Conv2d(3, 4, 3, padding=1)",
        "self.norm1 = nn.BatchNorm2d(4, eps=0.00100000005)",
        "self.sep = nn.Module()",
        "self.sep.depthwise = nn.Conv2d(4, 4, 3, groups=4, bias=False)",
        "self.logits = nn.Linear(24, 5)",
        "def forward(self, x):",
        "prob = torch.softmax(logits_bias_add, 1)",
    ):
        assert line in code


def test_the_torch_module_can_be_trained_further(checkpoint: str, tmp_path: Path) -> None:
    export(Request(checkpoint, "torch", str(tmp_path / "net.py"), outputs=("prob",), fixed=FIXED))
    network = validate.load_module(str(tmp_path / "net.py")).load().train()
    network(torch.ones(2, 8, 8, 3))[:, 0].sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_variables_of_one_scope_that_are_no_layer_are_parameters(tmp_path: Path) -> None:
    def build() -> Any:
        x = tf.placeholder(tf.float32, [None, 6, 6, 2], name="x")
        kernel = tf.Variable(tf.truncated_normal([3, 3, 2, 4]), name="W_conv1")
        bias = tf.Variable(tf.ones([4]), name="class")
        shared = tf.Variable(tf.truncated_normal([3, 3, 4, 4]), name="shared/kernel")
        net = tf.nn.relu(tf.nn.conv2d(x, kernel, [1, 1, 1, 1], "SAME") + bias)
        net = tf.nn.conv2d(net, shared, [1, 1, 1, 1], "SAME")
        return tf.nn.conv2d(net, shared, [1, 2, 2, 1], "SAME", name="y")

    result = export(Request(_frozen(tmp_path, build), "torch", str(tmp_path / "net.py")))
    assert result.within
    values = load_file(tmp_path / "net.safetensors")
    assert values["W_conv1"].shape == (4, 2, 3, 3)
    assert values["class_"].shape == (4,)
    assert "shared.weight" in values


@pytest.mark.parametrize("name", ["f.pb", "f.pbtxt"])
def test_a_frozen_graph_runs_where_the_checkpoint_did(checkpoint: str, name: str, tmp_path: Path) -> None:
    out = str(tmp_path / name)
    result = export(Request(checkpoint, "graphdef", out, outputs=("prob",), fixed=FIXED))
    assert result.files == (out,)
    assert export(Request(out, "onnx", str(tmp_path / "m.onnx"))).within
    assert "VariableV2" not in {node.op for node in read_graph(out).node}


def test_inputs_may_be_inner_nodes(checkpoint: str, tmp_path: Path) -> None:
    out = str(tmp_path / "m.onnx")
    request = Request(checkpoint, "onnx", out, inputs=("Relu",), outputs=("logits/BiasAdd",), fixed=FIXED)
    result = export(request)
    assert (result.inputs, result.within) == (("Relu",), True)


def test_a_shape_can_be_given(tmp_path: Path) -> None:
    def build() -> Any:
        x = tf.placeholder(tf.float32, [None, None, None, 2], name="x")
        return tf.layers.conv2d_transpose(x, 3, 3, strides=2, padding="same", name="up")

    path = _frozen(tmp_path, build)
    with pytest.raises(
        errors.UnimplementedError, match=r"up/conv2d_transpose .*height and width.*--shape x=1,224,224,3"
    ):
        export(Request(path, "onnx", str(tmp_path / "m.onnx")))
    assert export(Request(path, "onnx", str(tmp_path / "m.onnx"), shapes={"x": (None, 5, 4, 2)})).within


def test_placeholders_with_defaults_have_them_unless_they_are_named(tmp_path: Path) -> None:
    def build() -> Any:
        x = tf.placeholder(tf.float32, [None, 4], name="x")
        scale = tf.placeholder_with_default(np.float32(2), (), name="scale")
        return tf.multiply(x, scale, name="y")

    path, out = _frozen(tmp_path, build), str(tmp_path / "m.onnx")
    assert export(Request(path, "onnx", out)).inputs == ("x",)
    named = export(Request(path, "onnx", out, inputs=("x", "scale")))
    assert (named.inputs, named.within) == (("x", "scale"), True)


@pytest.mark.parametrize("mask", ["of 2.x", "of 1.15", "of 1.12"])
def test_dropout_of_every_release_goes_when_it_keeps_all(mask: str, tmp_path: Path) -> None:
    def build() -> Any:
        x = tf.placeholder(tf.float32, [None, 4], name="x")
        keep_prob = tf.placeholder(tf.float32, name="keep_prob")
        random = tf.random_uniform(tf.shape(x))
        if mask == "of 2.x":
            return tf.nn.dropout(x, keep_prob, name="y")
        if mask == "of 1.15":
            return tf.multiply(x / keep_prob, tf.cast(random >= 1 - keep_prob, tf.float32), name="y")
        return tf.multiply(tf.div(x, keep_prob), tf.floor(keep_prob + random), name="y")

    path, out = _frozen(tmp_path, build), str(tmp_path / "m.onnx")
    result = export(Request(path, "onnx", out, fixed={"keep_prob": "1"}))
    assert result.within
    assert Counter(node.op_type for node in onnx.load(out).graph.node)["RandomUniform"] == 0


def _refusal(request: Request) -> str:
    with pytest.raises((errors.OpError, OSError)) as caught:
        export(request)
    return caught.value.message if isinstance(caught.value, errors.OpError) else str(caught.value)


def test_a_checkpoint_needs_outputs(checkpoint: str) -> None:
    message = _refusal(Request(checkpoint, "onnx"))
    assert "does not say what the network's answer is. Name it with --outputs." in message
    assert "Nodes that look like one: prob, logits/BiasAdd" in message


def test_an_unknown_output_is_answered_with_close_names(checkpoint: str) -> None:
    message = _refusal(Request(checkpoint, "onnx", outputs=("probs",)))
    assert "has no node 'probs', which --outputs names. Did you mean prob" in message


def test_unknown_inputs_values_and_shapes_are_named(checkpoint: str) -> None:
    asked: dict[str, Any] = {"outputs": ("prob",)}
    assert "'image', which --inputs names" in _refusal(Request(checkpoint, "onnx", inputs=("image",), **asked))
    assert "Did you mean keep_prob" in _refusal(Request(checkpoint, "onnx", fixed={"keep_pro": "1"}, **asked))
    assert "'y', which --shape names" in _refusal(Request(checkpoint, "onnx", shapes={"y": (1,)}, **asked))


@pytest.mark.parametrize(
    ("fixed", "text"),
    [
        ({"keep_prob": "much"}, "--set keep_prob=much: 'much' is no float32. Pass one number, or true or false."),
        ({"is_training": "2"}, "'2' is no bool"),
        ({"prob": "1"}, "--set names prob, a Softmax. Only placeholders can be given a value."),
    ],
)
def test_values_must_fit(checkpoint: str, fixed: dict[str, str], text: str) -> None:
    assert text in _refusal(Request(checkpoint, "onnx", outputs=("prob",), fixed=fixed))


def test_a_shape_must_fit(checkpoint: str) -> None:
    request = Request(checkpoint, "onnx", outputs=("prob",), shapes={"x": (1, 9, 9, 3)})
    assert "--shape gives x the shape (1, 9, 9, 3), but in the graph it is (?, 8, 8, 3)" in _refusal(request)


def test_training_nodes_are_refused_with_advice(checkpoint: str) -> None:
    message = _refusal(Request(checkpoint, "onnx", outputs=("prob",), fixed={"is_training": "false"}))
    assert "RandomUniform: dropout/random_uniform/RandomUniform" in message
    assert "--set keep_prob=1.0" in message
    message = _refusal(Request(checkpoint, "onnx", outputs=("prob",), fixed={"keep_prob": "1"}))
    assert "Merge: norm1/cond/Merge" in message
    assert "--set is_training=False" in message
    message = _refusal(Request(checkpoint, "onnx", outputs=("prob",), fixed={"keep_prob": "1", "is_training": "yes"}))
    assert "norm1/cond/FusedBatchNormV3 (FusedBatchNormV3) normalises with the statistics of its batch" in message


def test_an_op_without_a_converter_is_named_with_its_nodes(tmp_path: Path) -> None:
    def build() -> Any:
        x = tf.placeholder(tf.float32, [4, 4], name="x")
        return tf.add(tf.matrix_inverse(x, name="inv"), tf.matrix_inverse(x + 1, name="other"), name="y")

    message = _refusal(Request(_frozen(tmp_path, build), "onnx"))
    assert "the graph has nodes that export does not translate:\n  MatrixInverse: inv, other" in message
    assert "or use --to graphdef" in message


def test_an_input_of_unknown_rank_is_refused(tmp_path: Path) -> None:
    path = _frozen(tmp_path, lambda: tf.nn.relu(tf.placeholder(tf.float32, name="x"), name="y"))
    assert "The input x has a shape of unknown rank" in _refusal(Request(path, "onnx"))


def test_a_graph_with_variables_is_not_frozen(tmp_path: Path) -> None:
    with tf.Graph().as_default() as graph:
        _small()
    path = tf.train.write_graph(graph, str(tmp_path), "g.pb", as_text=False)
    assert "is not frozen: it has the variables conv/kernel, conv/bias" in _refusal(Request(path, "onnx"))


def test_layers_are_known_by_common_names_of_their_variables(tmp_path: Path) -> None:
    def build() -> Any:
        x = tf.placeholder(tf.float64, [None, 6], name="x")
        with tf.variable_scope("fc"):
            kernel = tf.get_variable("_W", [6, 3], tf.float64)
            bias = tf.get_variable("_B", [3], tf.float64)
        return tf.nn.xw_plus_b(x, kernel, bias, name="y")

    assert export(Request(_frozen(tmp_path, build), "torch", str(tmp_path / "net.py"))).within
    assert "self.fc = nn.Linear(6, 3, dtype=torch.float64)" in (tmp_path / "net.py").read_text()


def test_what_onnxruntime_cannot_run_is_said(tmp_path: Path) -> None:
    def build() -> Any:
        return tf.layers.conv2d(tf.placeholder(tf.float64, [None, 6, 6, 2], name="x"), 3, 3, name="conv")

    message = _refusal(Request(_frozen(tmp_path, build), "onnx", str(tmp_path / "m.onnx")))
    assert "is a valid ONNX file, but onnxruntime" in message
    assert "its values could not be compared" in message


def test_a_saved_model_of_tensorflow_2_is_refused_with_advice(tmp_path: Path) -> None:
    folder = Path(_saved_model(tmp_path))
    model = saved_model.read(folder)
    model.meta_graphs[0].graph_def.node.add(name="call", op="StatefulPartitionedCall")
    (folder / "saved_model.pb").write_bytes(model.SerializeToString())
    message = _refusal(Request(str(folder), "onnx"))
    assert "was written by TensorFlow 2: its graph calls functions" in message
    assert "convert_variables_to_constants_v2" in message


def test_dilation_over_an_unknown_size_needs_the_size(tmp_path: Path) -> None:
    def build() -> Any:
        x = tf.placeholder(tf.float32, [None, None, None, 2], name="x")
        return tf.layers.conv2d(x, 3, 3, dilation_rate=2, padding="same", name="conv")

    path, out = _frozen(tmp_path, build), str(tmp_path / "m.onnx")
    assert "conv/Conv2D/SpaceToBatchND (SpaceToBatchND) takes its argument 2" in _refusal(Request(path, "onnx"))
    assert export(Request(path, "onnx", out, shapes={"x": (None, 7, 6, 2)})).within
    assert [node.op_type for node in onnx.load(out).graph.node] == ["Transpose", "Conv", "Transpose"]


def test_a_network_that_needs_large_images_is_compared_on_large_ones(tmp_path: Path) -> None:
    def build() -> Any:
        net = tf.placeholder(tf.float32, [None, None, None, 1], name="x")
        return tf.layers.average_pooling2d(tf.layers.conv2d(net, 2, 3, strides=2), 40, 40)

    assert export(Request(_frozen(tmp_path, build), "onnx", str(tmp_path / "m.onnx"))).within


def test_missing_and_damaged_files(tmp_path: Path, checkpoint: str) -> None:
    assert "Failed to find any matching files for" in _refusal(Request(str(tmp_path / "none"), "onnx"))
    assert "No such file" in _refusal(Request(str(tmp_path / "none.pb"), "onnx"))
    (tmp_path / "bad.pb").write_bytes(b"\x0a\xff\xff")
    assert "holds no GraphDef" in _refusal(Request(str(tmp_path / "bad.pb"), "onnx"))
    (tmp_path / "empty").mkdir()
    assert "holds neither a SavedModel (saved_model.pb) nor a checkpoint" in _refusal(
        Request(str(tmp_path / "empty"), "onnx")
    )
    Path(f"{checkpoint}.meta").unlink()
    assert "the values are there, the network is not" in _refusal(Request(checkpoint, "onnx", outputs=("prob",)))
    assert "--to tflite: there is no such format. Choose one of onnx, torch, graphdef." in _refusal(
        Request(checkpoint, "tflite")
    )


def test_without_onnxruntime_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    result = export(Request(_frozen(tmp_path, _small), "onnx", str(tmp_path / "m.onnx")))
    assert result.differences is None
    assert "only checked by onnx, its values were not compared" in result.notice


def test_without_onnx_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert "pip install 'convflow[export]'" in _refusal(Request(_frozen(tmp_path, _small), "onnx"))


def test_the_command(tmp_path: Path, checkpoint: str) -> None:
    out = str(tmp_path / "deep" / "m.onnx")
    arguments = ["export", checkpoint, "--to", "onnx", "--output", out, "--outputs", "prob"]
    done = CliRunner().invoke(cli.app, [*arguments, "--set", "keep_prob=1", "--set", "is_training=0"])
    assert done.exit_code == 0, done.output
    assert "x -> prob, in:" in done.output
    assert "prob: differs from convflow by at most" in done.output
    assert Path(out).is_file()


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        (["--outputs", "prob", "--set", "keep_prob"], 2, "expected NAME=VALUE"),
        (["--outputs", "prob", "--shape", "x=a,b"], 2, "'a' is no size"),
        (["--outputs", "nothing"], 1, "convflow export: "),
        (
            ["--outputs", "prob", "--set", "keep_prob=1", "--set", "is_training=0", "--tolerance", "0"],
            1,
            "differ by more than --tolerance 0; do not use them",
        ),
    ],
)
def test_the_command_fails(options: list[str], code: int, text: str, checkpoint: str, tmp_path: Path) -> None:
    out = str(tmp_path / "m.onnx")
    done = CliRunner().invoke(cli.app, ["export", checkpoint, "--to", "onnx", "-o", out, *options])
    assert done.exit_code == code
    assert text in done.output


@pytest.mark.parametrize(
    ("have", "want", "within"),
    [
        ([1.0, 2.0], [1.0, 2.0001], True),
        ([1.0, 2.0], [1.0, 2.1], False),
        ([1e-9], [2e-9], False),
        ([float("nan")], [1.0], False),
        ([float("nan"), float("inf")], [float("nan"), float("inf")], True),
        ([[1.0]], [1.0], False),
        ([0.0], [0.0], True),
    ],
)
def test_differences_are_judged_by_the_size_of_the_values(have: Any, want: Any, within: bool) -> None:
    [found] = validate.differences(["y"], [np.array(have)], [np.array(want)])
    assert found.within(1e-4) is within
