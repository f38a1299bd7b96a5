"""What TensorFlow's own tests are decorated with (API: tensorflow.python.framework.test_util)."""

from __future__ import annotations

import contextlib
import functools
import unittest
from collections.abc import Callable, Iterator
from typing import Any

from convflow.graph.graph import Graph
from convflow.graph.scopes import device as device_scope
from convflow.testing.environment import gpu_device_name, is_gpu_available


def run_in_graph_mode(func: Any = None, reason: Any = None) -> Any:
    """Leaves a test, or a class of tests, as it is: tests run in graph mode here.

    Stands for `run_deprecated_v1`, `run_v1_only`, `deprecated_graph_mode_only`, `run_in_graph_and_eager_modes` and
    their kin, with or without arguments.
    """
    if callable(func) or isinstance(func, type):
        return func
    return run_in_graph_mode


def run_v2_only(func: Any = None, reason: Any = None) -> Any:
    """Skips a test of TensorFlow 2's behaviour."""
    if not callable(func):
        return run_v2_only
    return unittest.skip("TensorFlow 2 behaviour")(func)


def run_gpu_only(func: Callable[..., Any]) -> Callable[..., Any]:
    """Skips a test where there is no GPU."""
    return unittest.skipUnless(is_gpu_available(), "needs a GPU")(func)


def skip_if(condition: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Runs a test only where `condition`, a value or a function, does not hold."""

    def decorate(func: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(func)
        def test(*args: Any, **kwargs: Any) -> Any:
            holds = condition() if callable(condition) else condition
            return None if holds else func(*args, **kwargs)

        return test

    return decorate


def disable_with_predicate(pred: Callable[[], bool], skip_message: str) -> Callable[..., Any]:
    """Skips a test where `pred()` holds (API: tf.test.disable_with_predicate).

    Args:
        pred: without arguments; called when the test runs.
        skip_message: why the test is skipped.

    Returns:
        A decorator for methods of a `TestCase`.
    """

    def decorate(func: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(func)
        def test(self: Any, *args: Any, **kwargs: Any) -> Any:
            if pred():
                self.skipTest(skip_message)
            return func(self, *args, **kwargs)

        return test

    return decorate


@contextlib.contextmanager
def device(use_gpu: bool) -> Iterator[None]:
    """Asks for a GPU if there is one and `use_gpu`, else for the CPU."""
    with device_scope(gpu_device_name() if use_gpu and gpu_device_name() else "/device:CPU:0"):
        yield


use_gpu = functools.partial(device, use_gpu=True)
force_gpu = use_gpu
force_cpu = functools.partial(device, use_gpu=False)


def assert_ops_in_graph(expected_ops: dict[str, str], graph: Graph) -> dict[str, Any]:
    """The nodes of these names, checked for their types.

    Args:
        expected_ops: the type of each name.
        graph: where they are looked for.

    Raises:
        ValueError: one is missing or of another type.
    """
    found = {node.name: node for node in graph.as_graph_def().node if node.name in expected_ops}
    for name, kind in expected_ops.items():
        if name not in found or found[name].op != kind:
            have = found[name].op if name in found else "nothing"
            raise ValueError(f"The graph has {have} called {name!r}. Expected a {kind}. Check how it is built.")
    return found


def IsGoogleCudaEnabled() -> bool:
    """False: sessions run on the CPU."""
    return False
