"""tf.profiler counts what TensorFlow counts: the figures are 2.21's for the same graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import convflow as tf

Options = tf.profiler.ProfileOptionBuilder


@pytest.fixture(autouse=True)
def graph() -> Any:
    with tf.Graph().as_default() as graph:
        yield graph


def _network(batch: int | None = 1) -> None:
    x = tf.placeholder(tf.float32, [batch, 8, 8, 3], name="x")
    with tf.variable_scope("a"):
        w, b = tf.get_variable("w", [3, 3, 3, 4]), tf.get_variable("b", [4])
        y = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, w, [1, 2, 2, 1], "SAME"), b))
    with tf.variable_scope("c"):
        y = tf.nn.max_pool(y, [1, 2, 2, 1], [1, 2, 2, 1], "VALID")
        z = tf.matmul(tf.reshape(y, [-1, 16]), tf.get_variable("v", [16, 5], trainable=False))
        tf.nn.softmax(z)


def test_float_operations_by_scope(capsys: pytest.CaptureFixture[str]) -> None:
    _network()
    found = tf.profiler.profile(options=Options.float_operation())
    assert found.name == "_TFProfRoot"
    assert found.total_float_ops == 4156
    assert [(child.name, child.float_ops, child.total_float_ops) for child in found.children] == [
        ("a/Conv2D", 3456, 3456),
        ("a/w/Initializer/random_uniform", 108, 217),
        ("c/v/Initializer/random_uniform", 80, 161),
        ("c/MatMul", 160, 160),
        ("a/BiasAdd", 64, 64),
        ("c/MaxPool", 64, 64),
        ("c/Softmax", 25, 25),
        ("a/b/Initializer/random_uniform", 4, 9),
    ]
    shown = capsys.readouterr().out
    assert "_TFProfRoot (--/4.16k flops)\n  a/Conv2D (3.46k/3.46k flops)" in shown
    assert "    a/w/Initializer/random_uniform/mul (108/108 flops)" in shown


def test_float_operations_by_type(capsys: pytest.CaptureFixture[str]) -> None:
    _network()
    found = tf.profiler.profile(cmd="op", options=Options.float_operation())
    assert found.total_float_ops == 4156
    first = found.children[0]
    assert (first.name, first.float_ops) == ("Conv2D", 3456)
    assert (first.children[0].name, first.children[0].float_ops) == ("AddV2", 192)
    assert "Conv2D                   3.46k float_ops" in capsys.readouterr().out


def test_parameters_of_trainable_variables(graph: Any, capsys: pytest.CaptureFixture[str]) -> None:
    _network()
    found = tf.profiler.profile(graph, options=Options.trainable_variables_parameter())
    assert (found.total_parameters, found.total_float_ops) == (112, 0)
    [scope] = found.children
    assert [(child.name, child.parameters) for child in scope.children] == [("a/b", 4), ("a/w", 108)]
    assert "    a/w (3x3x3x4, 108/108 params)" in capsys.readouterr().out
    assert tf.profiler.profile(graph).total_parameters == 112
    everything = Options(Options.trainable_variables_parameter()).with_accounted_types([".*"]).with_empty_output()
    assert tf.profiler.profile(graph, options=everything.build()).total_parameters == 192


def test_gradients_are_counted() -> None:
    x = tf.zeros([2, 8, 8, 3])
    w = tf.zeros([3, 3, 3, 4])
    y = tf.nn.conv2d(x, w, [1, 2, 2, 1], "SAME")
    tf.gradients(y, [x, w])
    options = Options(Options.float_operation()).with_empty_output().build()
    found = {child.name: child.float_ops for child in tf.profiler.profile(options=options).children}
    assert found["gradients/Conv2D_grad/Conv2DBackpropInput"] == 2 * 2 * 8 * 8 * 3 * 108 // (3 * 4)
    assert found["gradients/Conv2D_grad/Conv2DBackpropFilter"] == 2 * 2 * 8 * 8 * 3 * 108 // (3 * 4)


def test_unknown_shapes_are_told(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    _network(None)
    options = Options(Options.float_operation()).with_empty_output().build()
    found = tf.profiler.profile(options=options)
    assert "a/Conv2D" not in [child.name for child in found.children]
    assert "5 ops have no float operations counted" in caplog.text + capfd.readouterr().err


def test_times_of_a_traced_run() -> None:
    result = tf.matmul(tf.ones([50, 50]), tf.placeholder_with_default(tf.ones([50, 50]), [50, 50]), name="product")
    metadata = tf.RunMetadata()
    with tf.Session() as session:
        session.run(result, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), run_metadata=metadata)
    options = Options(Options.time_and_memory(min_micros=0, min_bytes=0)).with_empty_output().build()
    found = tf.profiler.profile(run_meta=metadata, options=options)
    assert found.total_exec_micros > 0
    assert {child.name: child for child in found.children}["product"].requested_bytes == 50 * 50 * 4


def test_report_in_a_file_and_changed_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _network()
    builder = Options(Options.float_operation()).with_file_output(str(tmp_path / "report")).with_max_depth(1)
    builder.with_min_float_operations(100).order_by("name").with_node_names(hide_name_regexes=[".*Initializer.*"])
    found = tf.profiler.profile(options=builder.build())
    assert [child.name for child in found.children] == ["a/Conv2D", "c/MatMul"]
    assert "c/MatMul (160/160 flops)" in (tmp_path / "report").read_text()
    assert capsys.readouterr().out == ""


def test_refused() -> None:
    with pytest.raises(NotImplementedError, match="cmd='code' is not here"):
        tf.profiler.profile(cmd="code")
    with pytest.raises(NotImplementedError, match="with_timeline_output is not here"):
        Options().with_timeline_output("there")
    with pytest.raises(NotImplementedError, match="with_pprof_output is not here"):
        Options().with_pprof_output("there")
