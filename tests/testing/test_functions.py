"""The functions of tf.test and of test_util."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.api.python.framework import test_util
from convflow.testing import gradients


def test_gradients_agree_with_differences() -> None:
    with tf.Graph().as_default(), tf.Session():
        x, z = tf.placeholder(tf.float64, [2, 3]), tf.placeholder(tf.float64, [3])
        y = tf.reduce_sum(tf.tanh(x) * z, axis=1)
        pairs = tf.test.compute_gradient([x, z], [[2, 3], [3]], y, [2])
        assert [a.shape for a, _ in pairs] == [(6, 2), (3, 2)]
        error = tf.test.compute_gradient_error([x, z], [[2, 3], [3]], y, [2], delta=1e-5)
        assert error < 1e-8


def test_a_wrong_gradient_shows() -> None:
    with tf.Graph().as_default(), tf.Session():
        x = tf.constant([1.0, 2.0], tf.float64)
        y = x * tf.stop_gradient(x)
        error = tf.test.compute_gradient_error(x, [2], y, [2], x_init_value=np.array([1.0, 2.0]))
        assert error == pytest.approx(2.0, abs=1e-5)
        table = tf.constant([[1.0], [2.0]], tf.float64)
        rows = tf.gather(table, [1, 1])
        assert tf.test.compute_gradient_error(table, [2, 1], rows, [2, 1]) < 1e-6
        unused = tf.constant(1.0, tf.float64)
        assert tf.test.compute_gradient_error(unused, [], y, [2]) == 0.0


def test_bad_input_of_compute_gradient() -> None:
    with tf.Graph().as_default():
        x = tf.constant([1.0])
        with pytest.raises(ValueError, match="got no session"):
            gradients.compute_gradient(x, [1], x, [1])
        with tf.Session():
            with pytest.raises(ValueError, match=r"x_init_value has shape \(2,\). Expected x_shape, \(1,\)"):
                gradients.compute_gradient(x, [1], x, [1], np.zeros(2))
            count = tf.constant([1])
            with pytest.raises(TypeError, match=r"Expected float16, float32 or float64"):
                gradients.compute_gradient(count, [1], count, [1])


def graph_def(name: str = "n", value: int = 1) -> Any:
    with tf.Graph().as_default() as graph:
        tf.constant(value, name=name)
        tf.no_op(name="other")
    return graph.as_graph_def()


def test_graphs_compared() -> None:
    reversed_ = graph_def()
    nodes = list(reversed_.node)[::-1]
    del reversed_.node[:]
    reversed_.node.extend(nodes)
    tf.test.assert_equal_graph_def(graph_def(), reversed_)
    with pytest.raises(AssertionError, match="Node 'm' is not expected"):
        tf.test.assert_equal_graph_def(graph_def("m"), graph_def())
    with pytest.raises(AssertionError, match="Node 'n': attribute 'value' is"):
        tf.test.assert_equal_graph_def(graph_def(value=2), graph_def())
    with pytest.raises(TypeError, match=r"got int. Expected GraphDef"):
        tf.test.assert_equal_graph_def(3, graph_def())


def test_where_tests_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not tf.test.is_gpu_available()
    assert tf.test.gpu_device_name() == ""
    assert os.path.isdir(tf.test.get_temp_dir())
    monkeypatch.chdir(tmp_path)
    assert tf.test.test_src_dir_path("a/b") == str(tmp_path / "a" / "b")
    with pytest.raises(NotImplementedError, match=r"^tf\.test\.create_local_cluster is not here: sessions run in one"):
        tf.test.create_local_cluster(1, 1)
    assert tf.test.mock.Mock


def test_stubs() -> None:
    class Thing:
        @staticmethod
        def f() -> int:
            return 1

        g = 1

    with tf.test.StubOutForTesting() as stubs:
        stubs.Set(Thing, "f", lambda: 2)
        stubs.SmartSet(Thing(), "g", 2)
        assert (Thing.f(), Thing().f(), Thing.g) == (2, 2, 2)
        with pytest.raises(AttributeError, match="'h' to replace"):
            stubs.SmartSet(Thing, "h", 2)
    assert (Thing.f(), Thing().f(), Thing.g) == (1, 1, 1)


def test_benchmark() -> None:
    with tf.Graph().as_default(), tf.Session() as sess:
        found = tf.test.Benchmark().run_op_benchmark(sess, tf.constant(1) + 1, min_iters=3, mbs=1.0, name="add")
        assert found["name"] == "add"
        assert found["throughput"] == pytest.approx(1 / found["wall_time"])
        with pytest.raises(NotImplementedError, match="stores no trace"):
            tf.test.Benchmark().run_op_benchmark(sess, tf.constant(1), store_trace=True)


def test_decorators_of_tensorflows_own_tests() -> None:
    @test_util.run_deprecated_v1
    def plain() -> int:
        return 1

    @test_util.run_in_graph_and_eager_modes()
    def called() -> int:
        return 2

    assert (plain(), called()) == (1, 2)
    assert test_util.skip_if(lambda: True)(plain)() is None
    with tf.Graph().as_default() as graph:
        with test_util.use_gpu():
            assert tf.constant(1, name="c").device == "/device:CPU:0"
        assert list(test_util.assert_ops_in_graph({"c": "Const"}, graph)) == ["c"]
        with pytest.raises(ValueError, match=r"The graph has nothing called 'd'. Expected a Const"):
            test_util.assert_ops_in_graph({"d": "Const"}, graph)


PROGRAM = """\
import tensorflow as tf
from tensorflow.python.framework import test_util
from tensorflow.python.platform import test

class SquareTest(tf.test.TestCase):
    def testSquare(self):
        with self.test_session():
            x = tf.square([2, 3])
            self.assertAllEqual(x.eval(), [4, 9])

    def testFails(self):
        self.assertEquals(1, 2)

if __name__ == "__main__":
    assert test.TestCase is tf.test.TestCase is test_util.TensorFlowTestCase
    tf.test.main()
"""


def test_a_test_program_runs(tmp_path: Path) -> None:
    path = tmp_path / "square_test.py"
    path.write_text(PROGRAM)
    command = [sys.executable, "-m", "convflow", "run", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Ran 3 tests" in done.stderr
    assert "AssertionError: 1 != 2" in done.stderr
    assert "FAILED (failures=1, skipped=1)" in done.stderr
