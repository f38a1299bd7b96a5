"""tf.test.TestCase: a test with graph, session and temporary folder of its own, and assertions on tensors."""

from __future__ import annotations

import contextlib
import os
import random
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, cast

import numpy as np
from absl.testing import absltest
from google.protobuf import text_format

from convflow.core import dtypes, errors, nest
from convflow.core.shape import TensorShape
from convflow.graph import defaults
from convflow.graph.device import DeviceSpec
from convflow.graph.graph import Graph
from convflow.graph.operation import Tensor
from convflow.graph.scopes import (
    executing_eagerly,
    get_default_graph,
    get_default_session,
    is_tensor,
    reset_default_graph,
)
from convflow.runtime.session import Session
from convflow.testing.comparisons import check_close, check_equal, structure_pairs
from convflow.testing.environment import new_temp_dir

GRAPH_SEED = 87654321
"""The seed of the default graph in each test."""

_SEED = 1


class TestCase(absltest.TestCase):
    """Base class of tests (API: tf.test.TestCase).

    Each test has a new default graph with a fixed seed, and Python's and NumPy's generators start anew.

    Args:
        methodName: the test to run, as of `unittest.TestCase`.
    """

    def __init__(self, methodName: str = "runTest") -> None:
        super().__init__(methodName)
        self._cached_session: Session | None = None
        self._cached_for: tuple[Any, ...] = ()
        self._threads: list[_CheckedThread] = []
        self._tempdir: str | None = None

    def setUp(self) -> None:
        super().setUp()
        self._close_cached_session()
        random.seed(_SEED)
        np.random.seed(_SEED)
        if defaults.graphs.is_empty:
            reset_default_graph()
            get_default_graph().seed = GRAPH_SEED

    def tearDown(self) -> None:
        for thread in self._threads:
            thread.check_termination()
        self._close_cached_session()
        super().tearDown()

    def get_temp_dir(self) -> str:
        """A folder for this test alone, the same at each call; removed after the test."""
        if self._tempdir is None:
            self._tempdir = new_temp_dir(self.addCleanup)
        return self._tempdir

    # Sessions

    @contextlib.contextmanager
    def session(
        self, graph: Graph | None = None, config: Any = None, use_gpu: bool = False, force_gpu: bool = False
    ) -> Iterator[Session]:
        """A new session, which is the default one, as its graph is, in the block.

        Args:
            graph: the default graph if None.
            config: a `tf.ConfigProto`.
            use_gpu, force_gpu: where nodes are asked to run; a session runs them on the CPU all the same.

        In eager mode the block goes on in it, and the session refuses to be used.
        """
        if executing_eagerly():
            yield cast(Session, _NoSession())
            return
        own = Session(graph=graph, config=config)
        with own as sess, sess.graph.as_default(), self._device(use_gpu, force_gpu, sess.graph):
            yield sess

    @contextlib.contextmanager
    def cached_session(
        self, graph: Graph | None = None, config: Any = None, use_gpu: bool = False, force_gpu: bool = False
    ) -> Iterator[Session]:
        """As `session`, but one session for all blocks of a test; it stays open until the test ends.

        Raises:
            ValueError: other arguments than at the first call in this test.
        """
        if executing_eagerly():
            yield cast(Session, _NoSession())
            return
        wanted = (graph, None if config is None else config.SerializeToString(), force_gpu)
        if self._cached_session is None:
            self._cached_session, self._cached_for = Session(graph=graph, config=config), wanted
        elif self._cached_for != wanted:
            raise ValueError(
                "cached_session() got another graph, config or force_gpu than before in this test. Expected the same. "
                "Use session() for a session of its own."
            )
        sess = self._cached_session
        with sess.graph.as_default(), sess.as_default(), self._device(use_gpu, force_gpu, sess.graph):
            yield sess

    def test_session(
        self, graph: Graph | None = None, config: Any = None, use_gpu: bool = False, force_gpu: bool = False
    ) -> contextlib.AbstractContextManager[Session]:
        """`cached_session` without a graph, `session` with one (deprecated, API: 1.11)."""
        if self.id().endswith(".test_session"):
            # A runner takes any `test...` for a test.
            self.skipTest("Not a test.")
        make = self.cached_session if graph is None else self.session
        return make(graph, config, use_gpu, force_gpu)

    @contextlib.contextmanager
    def _device(self, use_gpu: bool, force_gpu: bool, graph: Graph) -> Iterator[None]:
        if use_gpu and not force_gpu:
            yield
            return
        with graph.device("/device:GPU:0" if force_gpu else "/device:CPU:0"):
            yield

    def _close_cached_session(self) -> None:
        if self._cached_session is not None:
            self._cached_session.close()
            self._cached_session = None

    def evaluate(self, tensors: Any) -> Any:
        """The values of tensors, in the structure they stand in: from the default session, or from a cached one."""
        flat = nest.flatten(tensors)
        if flat and all(hasattr(each, "numpy") and not _is_symbolic(each) for each in flat):
            return nest.pack_sequence_as(tensors, [each.numpy() for each in flat])
        sess = get_default_session()
        if sess is not None:
            return sess.run(tensors)
        with self.cached_session() as own:
            return own.run(tensors)

    def evaluate_if_both_tensors(self, a: Any, b: Any) -> tuple[Any, Any]:
        """Both values if both are tensors, else both as they are."""
        if is_tensor(a) and is_tensor(b):
            return tuple(self.evaluate([a, b]))
        return a, b

    def _value(self, value: Any) -> Any:
        return self.evaluate(value) if is_tensor(value) or hasattr(value, "_as_graph_element") else value

    # Numbers

    def assertAllClose(self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: Any = None) -> None:
        """|a - b| <= atol + rtol * |b| everywhere, with equal shapes; in arrays, tensors or structures of them."""
        self._compare(a, b, lambda x, y, text: check_close(x, y, rtol, atol, text), msg)

    def assertAllCloseAccordingToType(
        self,
        a: Any,
        b: Any,
        rtol: float = 1e-6,
        atol: float = 1e-6,
        float_rtol: float = 1e-6,
        float_atol: float = 1e-6,
        half_rtol: float = 1e-3,
        half_atol: float = 1e-3,
        bfloat16_rtol: float = 1e-2,
        bfloat16_atol: float = 1e-2,
        msg: Any = None,
    ) -> None:
        """`assertAllClose` with the tolerance of the coarser of both types, where that is larger."""
        a, b = self._array(a), self._array(b)
        names = {a.dtype.name, b.dtype.name}
        for types, type_rtol, type_atol in (
            ({"float32", "complex64"}, float_rtol, float_atol),
            ({"float16"}, half_rtol, half_atol),
            ({"bfloat16"}, bfloat16_rtol, bfloat16_atol),
        ):
            if names & types:
                rtol, atol = max(rtol, type_rtol), max(atol, type_atol)
        self.assertAllClose(a, b, rtol, atol, msg)

    def assertNotAllClose(self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: Any = None) -> None:
        """`assertAllClose` would fail."""
        try:
            self.assertAllClose(a, b, rtol, atol)
        except AssertionError:
            return
        raise AssertionError(f"All elements are close: rtol={rtol}, atol={atol}. {msg or ''}".strip())

    def assertAllEqual(self, a: Any, b: Any, msg: Any = None) -> None:
        """Equal shapes and elements."""
        self._compare(a, b, check_equal, msg)

    def assertNotAllEqual(self, a: Any, b: Any, msg: Any = None) -> None:
        """`assertAllEqual` would fail."""
        try:
            self.assertAllEqual(a, b)
        except AssertionError:
            return
        raise AssertionError(f"All elements are equal. {msg or ''}".strip())

    def _compare(self, a: Any, b: Any, check: Callable[[Any, Any, str], None], msg: Any, path: str = "") -> None:
        a, b = self._value(a), self._value(b)
        pairs = structure_pairs(a, b, path)
        if pairs is None:
            place = f"At {path}. " if path else ""
            check(self._array(a), self._array(b), f"{place}{msg or ''}".strip())
            return
        for left, right, below in pairs:
            self._compare(left, right, check, msg, below)

    def _array(self, value: Any) -> np.ndarray:
        if isinstance(value, (list, tuple)) and any(is_tensor(each) for each in nest.flatten(value)):
            value = nest.pack_sequence_as(value, [self._value(each) for each in nest.flatten(value)])
        return np.asarray(self._value(value))

    def assertAllGreater(self, a: Any, comparison_target: Any) -> None:
        """Every element is greater."""
        self._all(self._array(a) > comparison_target, f"greater than {comparison_target}", a)

    def assertAllGreaterEqual(self, a: Any, comparison_target: Any) -> None:
        """Every element is greater or equal."""
        self._all(self._array(a) >= comparison_target, f"at least {comparison_target}", a)

    def assertAllLess(self, a: Any, comparison_target: Any) -> None:
        """Every element is less."""
        self._all(self._array(a) < comparison_target, f"less than {comparison_target}", a)

    def assertAllLessEqual(self, a: Any, comparison_target: Any) -> None:
        """Every element is less or equal."""
        self._all(self._array(a) <= comparison_target, f"at most {comparison_target}", a)

    def assertAllInSet(self, target: Any, expected_set: Any) -> None:
        """Every element is one of `expected_set`."""
        self._all(np.isin(self._array(target), list(expected_set)), f"in {expected_set}", target)

    def assertAllInRange(
        self,
        target: Any,
        lower_bound: Any,
        upper_bound: Any,
        open_lower_bound: bool = False,
        open_upper_bound: bool = False,
    ) -> None:
        """Every element lies between the bounds, which count in unless `open_...`."""
        array = self._array(target)
        above = array > lower_bound if open_lower_bound else array >= lower_bound
        below = array < upper_bound if open_upper_bound else array <= upper_bound
        self._all(above & below, f"from {lower_bound} to {upper_bound}", target)

    def _all(self, holds: Any, what: str, value: Any) -> None:
        holds = np.asarray(holds)
        if not holds.all():
            bad = np.asarray(self._array(value))[~holds]
            raise AssertionError(f"{bad.size} of {holds.size} elements are not {what}: {bad[:10]}")

    def assertNear(self, f1: float, f2: float, err: float, msg: Any = None) -> None:
        """|f1 - f2| <= err."""
        self.assertTrue(f1 == f2 or abs(f1 - f2) <= err, f"{f1} != {f2} +/- {err}. {msg or ''}".strip())

    def assertArrayNear(self, farray1: Any, farray2: Any, err: float, msg: Any = None) -> None:
        """`assertNear` for each pair of two lists of the same length."""
        self.assertEqual(len(farray1), len(farray2), msg=msg)
        for f1, f2 in zip(farray1, farray2, strict=True):
            self.assertNear(float(f1), float(f2), err, msg)

    def assertNDArrayNear(self, ndarray1: Any, ndarray2: Any, err: float, msg: Any = None) -> None:
        """The Euclidean distance of two arrays is below `err`."""
        distance = float(np.linalg.norm(self._array(ndarray1) - self._array(ndarray2)))
        self.assertTrue(distance < err, f"distance {distance} >= {err}. {msg or ''}".strip())

    # Types, shapes, messages, places

    def assertDTypeEqual(self, target: Any, expected_dtype: Any) -> None:
        """The element type is `expected_dtype`."""
        target = self._array(target)
        self.assertEqual(dtypes.as_dtype(target.dtype), dtypes.as_dtype(expected_dtype))

    def assertShapeEqual(self, input_a: Any, input_b: Any, msg: Any = None) -> None:
        """Arrays or tensors have one shape; a tensor's is the static one.

        Raises:
            TypeError: neither an array nor a tensor.
        """
        self.assertEqual(_static_shape(input_a), _static_shape(input_b), msg)

    def assertProtoEquals(
        self,
        expected_message_maybe_ascii: Any,
        validate_message: Any,
        msg: Any = None,
        relative_tolerance: float | None = None,
    ) -> None:
        """Two messages are equal; the expected one may be text.

        Args:
            expected_message_maybe_ascii: a message, or its text format.
            validate_message: a message.
            msg: is added to the failure's text.
            relative_tolerance: must be None.

        Raises:
            TypeError: neither a message nor text.
            NotImplementedError: a tolerance.
        """
        if relative_tolerance is not None:
            raise NotImplementedError("assertProtoEquals knows no relative_tolerance. Compare the fields.")
        expected = expected_message_maybe_ascii
        if isinstance(expected, str):
            expected = text_format.Parse(expected, type(validate_message)())
        if not isinstance(expected, type(validate_message)):
            raise TypeError(
                f"assertProtoEquals got {type(expected).__name__} and {type(validate_message).__name__}. "
                "Expected two messages of one type, the first one as text if you like. Give these."
            )
        left, right = text_format.MessageToString(expected), text_format.MessageToString(validate_message)
        self.assertMultiLineEqual(left, right, msg)

    def assertProtoEqualsVersion(
        self, expected: Any, actual: Any, producer: int | None = None, min_consumer: int = 0, msg: Any = None
    ) -> None:
        """`assertProtoEquals` for graphs without their versions, which are convflow's own."""
        parsed = text_format.Parse(expected, type(actual)()) if isinstance(expected, str) else expected
        copies = [type(actual).FromString(each.SerializeToString()) for each in (parsed, actual)]
        for copy in copies:
            copy.ClearField("versions")
        self.assertProtoEquals(copies[0], copies[1], msg=msg)

    def assertDeviceEqual(self, device1: Any, device2: Any, msg: Any = None) -> None:
        """Two devices are one, however they are written."""
        self.assertEqual(_device_name(device1), _device_name(device2), msg)

    def assertDictEqual(self, a: Any, b: Any, msg: Any = None) -> None:
        """Two dictionaries are equal; arrays and tensors in them by `assertAllClose`."""
        self.assertEqual(set(a), set(b), msg)
        for key in a:
            left, right = self._value(a[key]), self._value(b[key])
            if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
                self.assertAllClose(left, right, msg=f"{key}: {msg or ''}")
            else:
                self.assertEqual(left, right, msg)

    def assertStartsWith(self, actual: Any, expected_start: Any, msg: Any = None) -> None:
        """A text begins so."""
        self.assertTrue(actual.startswith(expected_start), f"{actual!r} does not start with {expected_start!r}. {msg}")

    def assertItemsEqual(self, first: Any, second: Any, msg: Any = None) -> None:
        """The same elements, in any order."""
        self.assertCountEqual(first, second, msg)

    def assertRaisesRegexp(self, expected_exception: Any, expected_regex: Any, *args: Any, **kwargs: Any) -> Any:
        """`assertRaisesRegex`, by its name of before Python 3.2."""
        return self.assertRaisesRegex(expected_exception, expected_regex, *args, **kwargs)

    def assertEquals(self, first: Any, second: Any, msg: Any = None) -> None:
        """`assertEqual`, by its name of before Python 3.12."""
        self.assertEqual(first, second, msg)

    # Errors

    @contextlib.contextmanager
    def assertRaisesWithPredicateMatch(  # type: ignore[override]
        self, exception_type: Any, expected_err_re_or_predicate: Any
    ) -> Iterator[None]:
        """The block raises `exception_type`, and its text is found by a pattern or its object passes a predicate."""
        matches = expected_err_re_or_predicate
        if not callable(matches):
            pattern = matches

            def matches(error: BaseException) -> bool:
                # An error of a node's: TensorFlow's message tells of the node too.
                text = f"{error.message} {error.op!r}" if isinstance(error, errors.OpError) else str(error)
                return re.search(pattern, text) is not None or re.search(pattern, str(error)) is not None

        try:
            yield
        except exception_type as error:
            if not matches(error):
                raise AssertionError(f"{type(error).__name__} of another kind than expected: {error}") from error
            return
        raise AssertionError(f"{getattr(exception_type, '__name__', exception_type)} not raised")

    def assertRaisesOpError(self, expected_err_re_or_predicate: Any) -> Any:
        """`assertRaisesWithPredicateMatch` for TensorFlow's errors."""
        return self.assertRaisesWithPredicateMatch(errors.OpError, expected_err_re_or_predicate)

    def assertRaisesIncompatibleShapesError(self, exception_type: Any = errors.InvalidArgumentError) -> Any:
        """The block fails for shapes that do not fit."""
        return self.assertRaisesWithPredicateMatch(exception_type, r"(?i)incompatible shapes|broadcast|shapes")

    # Others

    @contextlib.contextmanager
    def captureWritesToStream(self, stream: Any) -> Iterator[_Writes]:
        """Collects what is written to a stream's file, by C as well, in the block; ask `contents()` for it."""
        writes = _Writes(stream)
        with writes.redirected():
            yield writes

    def checkedThread(self, target: Callable[..., Any], args: Any = None, kwargs: Any = None) -> _CheckedThread:
        """A thread whose errors fail the test: those of `target` when it is joined."""
        thread = _CheckedThread(self, target, args or (), kwargs or {})
        self._threads.append(thread)
        return thread


class _NoSession:
    """What a test gets for a session in eager mode."""

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(
            f"The session's {name!r} was asked for in eager mode, where there are no sessions. Expected code that does "
            "without. Call self.evaluate(...)."
        )


def _is_symbolic(value: Any) -> bool:
    return isinstance(value, Tensor) and not hasattr(type(value), "numpy")


def _static_shape(value: Any) -> list[int | None]:
    if isinstance(value, (np.ndarray, np.generic)):
        return list(value.shape)
    shape = value.get_shape() if hasattr(value, "get_shape") else None
    if not isinstance(shape, TensorShape):
        raise TypeError(f"assertShapeEqual got {type(value).__name__}. Expected an array or a tensor. Give one.")
    return shape.as_list()


def _device_name(device: Any) -> str:
    text = device.to_string() if hasattr(device, "to_string") else (device or "")
    return str(DeviceSpec.from_string(text).to_string())


class _CheckedThread:
    """A thread that keeps its error for `join`."""

    def __init__(self, case: TestCase, target: Callable[..., Any], args: Any, kwargs: Any) -> None:
        self._case, self._target, self._args, self._kwargs = case, target, args, kwargs
        self._error: BaseException | None = None
        self._is_joined = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self._target(*self._args, **self._kwargs)
        except Exception as error:
            self._error = error

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        """Waits, and fails the test if the target raised an error."""
        self._is_joined = True
        self._thread.join()
        if self._error is not None:
            self._case.fail(f"Error in checkedThread: {self._error}")

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def check_termination(self) -> None:
        """Fails the test if nobody waited for this thread."""
        if not self._is_joined:
            self._case.fail("A checked thread was not joined.")


class _Writes:
    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._text = ""

    @contextlib.contextmanager
    def redirected(self) -> Iterator[None]:
        with tempfile.TemporaryFile() as file:
            self._stream.flush()
            number = self._stream.fileno()
            kept = os.dup(number)
            os.dup2(file.fileno(), number)
            try:
                yield
            finally:
                self._stream.flush()
                os.dup2(kept, number)
                os.close(kept)
                file.seek(0)
                self._text = file.read().decode(sys.getdefaultencoding(), "replace")

    def contents(self) -> str:
        return self._text
