"""tf.test.TestCase on small cases: what passes, what fails, and with which text."""

from __future__ import annotations

import subprocess
import sys
import unittest
from collections import namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf


class Probe(tf.test.TestCase):
    def runTest(self) -> None:
        pass


@pytest.fixture
def case() -> Any:
    probe = Probe()
    probe.setUp()
    yield probe
    probe.tearDown()
    probe.doCleanups()


Pair = namedtuple("Pair", "a b")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1.0, 1.0 + 1e-7),
        ([1.0, 2.0], np.array([1.0, 2.0])),
        ([np.nan], [np.nan]),
        ({"x": [1.0]}, {"x": [1.0 + 1e-8]}),
        (Pair([1.0], 2.0), Pair([1.0], 2.0)),
        ([np.zeros([2]), np.zeros([3, 1])], [np.zeros([2]), np.zeros([3, 1])]),
        (np.float16(1), np.float16(1)),
    ],
)
def test_close(case: Any, a: Any, b: Any) -> None:
    case.assertAllClose(a, b)
    with pytest.raises(AssertionError, match="All elements are close"):
        case.assertNotAllClose(a, b)


@pytest.mark.parametrize(
    ("a", "b", "text"),
    [
        ([1.0, 2.0], [1.0, 2.1], r"1 of 2 elements not close: rtol=1e-06, atol=1e-06, largest difference 0\.1"),
        ([1.0], [1.0, 2.0], r"Shapes differ: \(1,\) and \(2,\)"),
        ({"x": 1.0}, {"y": 1.0}, r"Dictionaries with other keys: \['x'\] and \['y'\]"),
        ({"x": {"y": [1.0]}}, {"x": {"y": [2.0]}}, r"At \['x'\]\['y'\]"),
    ],
)
def test_not_close(case: Any, a: Any, b: Any, text: str) -> None:
    with pytest.raises(AssertionError, match=text):
        case.assertAllClose(a, b)
    case.assertNotAllClose(a, b)


def test_equal(case: Any) -> None:
    case.assertAllEqual([1, 2], np.array([1, 2]))
    case.assertAllEqual(np.array(["a", "é"]), np.array([b"a", "é".encode()], object))
    case.assertAllEqual([b"x"], ["x"])
    with pytest.raises(
        AssertionError, match=r"1 of 2 elements not equal\n  at \[\[1\]\]\n  left  \[2\]\n  right \[3\]"
    ):
        case.assertAllEqual([1, 2], [1, 3])
    case.assertNotAllEqual([1], [2])


def test_tensors_are_evaluated(case: Any) -> None:
    x = tf.constant([1.0, 2.0])
    case.assertAllClose(x, [1.0, 2.0])
    case.assertAllEqual(x * 2, [2.0, 4.0])
    assert case.evaluate({"a": x, "b": [x]})["b"][0].tolist() == [1.0, 2.0]
    with tf.Session():
        case.assertAllGreater(x, 0)
        case.assertAllLessEqual(x, 2)
        case.assertAllInRange(x, 1, 2)
        case.assertAllInSet(x, {1.0, 2.0})
    with pytest.raises(AssertionError, match=r"1 of 2 elements are not less than 2"):
        case.assertAllLess(x, 2)
    with pytest.raises(AssertionError, match="from 1 to 2"):
        case.assertAllInRange(x, 1, 2, open_upper_bound=True)


def test_tolerance_by_type(case: Any) -> None:
    case.assertAllCloseAccordingToType(np.float16([1.0]), np.float32([1.0005]))
    with pytest.raises(AssertionError):
        case.assertAllCloseAccordingToType(np.float32([1.0]), np.float32([1.0005]))


def test_sessions(case: Any) -> None:
    with case.session() as first, case.session() as second:
        assert first is not second
        assert tf.get_default_session() is second
        assert tf.constant(1).device == "/device:CPU:0"
    with case.session(use_gpu=True):
        assert tf.constant(1).device == ""
    with case.cached_session() as first:
        v = tf.get_variable("v", initializer=3)
        first.run(v.initializer)
    with case.test_session() as second:
        assert second is first
        assert case.evaluate(v) == 3
    with pytest.raises(ValueError, match="another graph, config or force_gpu"), case.cached_session(tf.Graph()):
        pass
    graph = tf.Graph()
    with case.test_session(graph=graph) as own:
        assert own.graph is graph is tf.get_default_graph()


def test_each_test_has_a_graph_and_seeds_of_its_own() -> None:
    seen = []

    class Two(tf.test.TestCase):
        def test_a(self) -> None:
            with self.cached_session():
                seen.append((np.random.rand(), float(self.evaluate(tf.random_uniform([]))), self.get_temp_dir()))
            assert tf.get_default_graph().seed == 87654321
            assert self.get_temp_dir() == self.get_temp_dir()

        test_b = test_a

    suite = unittest.defaultTestLoader.loadTestsFromTestCase(Two)
    result = unittest.TestResult()
    suite.run(result)
    assert result.wasSuccessful(), result.errors + result.failures
    assert [reason for _, reason in result.skipped] == ["Not a test."]
    assert seen[0][:2] == seen[1][:2]
    assert seen[0][2] != seen[1][2]


def test_errors(case: Any) -> None:
    with case.assertRaisesOpError("out of range"):
        raise tf.errors.OutOfRangeError(None, None, "read out of range")
    with case.assertRaisesWithPredicateMatch(ValueError, lambda error: "x" in str(error)):
        raise ValueError("x")
    another = pytest.raises(AssertionError, match="ValueError of another kind than expected: y")
    with another, case.assertRaisesWithPredicateMatch(ValueError, "x"):
        raise ValueError("y")
    with pytest.raises(AssertionError, match="OpError not raised"), case.assertRaisesOpError("x"):
        pass


def test_shapes_types_devices_and_text(case: Any) -> None:
    case.assertShapeEqual(np.zeros([2, 3]), tf.zeros([2, 3]))
    with pytest.raises(TypeError, match="assertShapeEqual got int"):
        case.assertShapeEqual(3, tf.zeros([]))
    case.assertDTypeEqual(tf.zeros([1], tf.int64), np.int64)
    case.assertDeviceEqual("/cpu:0", "/device:CPU:0")
    case.assertStartsWith("abc", "ab")
    case.assertItemsEqual([1, 2], [2, 1])
    case.assertNear(1.0, 1.05, 0.1)
    case.assertArrayNear([1.0], [1.05], 0.1)
    case.assertNDArrayNear(np.zeros(2), np.ones(2), 2)
    case.assertDictEqual({"a": np.ones(2)}, {"a": np.ones(2)})
    with pytest.raises(AssertionError, match=r"1\.0 != 2\.0 \+/- 0\.1"):
        case.assertNear(1.0, 2.0, 0.1)


def test_messages(case: Any) -> None:
    options = tf.GPUOptions(allow_growth=True)
    case.assertProtoEquals("allow_growth: true", options)
    case.assertProtoEquals(tf.GPUOptions(allow_growth=True), options)
    with pytest.raises(AssertionError, match="allow_growth"):
        case.assertProtoEquals("allow_growth: false", options)
    with pytest.raises(TypeError, match="Expected two messages of one type"):
        case.assertProtoEquals(3, options)
    graph = tf.Graph()
    with graph.as_default():
        tf.no_op(name="n")
    case.assertProtoEqualsVersion("node { name: 'n' op: 'NoOp' }", graph.as_graph_def())


def test_threads(case: Any) -> None:
    done = []
    thread = case.checkedThread(done.append, args=(1,))
    thread.start()
    thread.join()
    assert done == [1]
    failing = case.checkedThread(lambda: 1 / 0)
    failing.start()
    with pytest.raises(AssertionError, match="Error in checkedThread: division by zero"):
        failing.join()


def test_output_is_captured(case: Any, capfd: pytest.CaptureFixture[str]) -> None:
    with capfd.disabled(), case.captureWritesToStream(sys.__stderr__) as written:
        print("told", file=sys.__stderr__)
    assert written.contents() == "told\n"


EAGER = """\
import tensorflow as tf
tf.enable_eager_execution()

class EagerTest(tf.test.TestCase):
    def testValues(self):
        x = tf.constant([1.0, 2.0])
        with self.cached_session() as sess:
            self.assertAllClose(x * 2, [2.0, 4.0])
            self.assertAllEqual(self.evaluate({"x": x})["x"], [1, 2])
            self.assertShapeEqual(x.numpy(), x)
            with self.assertRaisesRegex(AttributeError, "'run' was asked for in eager mode"):
                sess.run(x)

tf.test.main()
"""


def test_eager_mode(tmp_path: Path) -> None:
    path = tmp_path / "eager_test.py"
    path.write_text(EAGER)
    command = [sys.executable, "-m", "convflow", "run", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "OK (skipped=1)" in done.stderr
