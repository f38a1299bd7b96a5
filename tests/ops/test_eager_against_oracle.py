"""Ops called in eager mode against what TensorFlow recorded of their nodes: the same values and gradients."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.api.python.eager import context

_SPEC = importlib.util.spec_from_file_location("_ops_recorded", Path(__file__).with_name("test_against_oracle.py"))
recorded = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(recorded)
cases = recorded.cases

# Nodes that only say what runs when, and have no meaning without a graph.
GRAPH_ONLY = {"placeholder_with_default", "raw_ops.LoopCond", "raw_ops.NextIteration"}


def _is_called(case: dict[str, Any]) -> bool:
    # The seeds of a graph's random nodes follow from their order in it; eager calls draw theirs.
    return case["call"] not in GRAPH_ONLY and "graph_seed" not in case and "placeholder" not in case["call"]


CALLED = [case for case in recorded.VALUED if _is_called(case)]
DIFFERENTIABLE = [case for case in CALLED if case["differentiate"]]
FAILING = [case for case in recorded.FAILING if _is_called(case)]


@pytest.fixture(autouse=True)
def _eager() -> Any:
    with context.eager_mode():
        tf.set_random_seed(None)
        yield


def called(case: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """The inputs, as tensors, and the flat outputs of a case."""
    inputs = [tf.constant(cases.decode(value), dtype=tf.as_dtype(value["dtype"])) for value in case["inputs"]]
    return inputs, call(case, inputs)


def call(case: dict[str, Any], inputs: list[Any]) -> list[Any]:
    args = cases._resolve(tf, case["args"], inputs)
    kwargs = {key: cases._resolve(tf, value, inputs) for key, value in case["kwargs"].items()}
    owner, _, method = case["call"].rpartition(".")
    if owner in ("Tensor", "SparseTensor"):
        result = getattr(args[0], method)(*[cases._as_index(method, arg) for arg in args[1:]], **kwargs)
    else:
        function: Any = tf
        for part in case["call"].split("."):
            function = getattr(function, part)
        result = function(*args, **kwargs)
    return list(cases._flat(result))


@pytest.mark.parametrize("case", CALLED, ids=[case["id"] for case in CALLED])
def test_values(case: dict[str, Any]) -> None:
    _, outputs = called(case)
    assert [output.dtype.name for output in outputs] == case["dtypes"]
    relative = recorded.RELATIVE.get(case["call"], recorded.ROUNDED_ONCE)
    for index, (value, expected) in enumerate(zip(outputs, case["outputs"][0], strict=True)):
        recorded.close(np.asarray(value.numpy()), expected, relative, f"output {index}")


@pytest.mark.parametrize("case", DIFFERENTIABLE, ids=[case["id"] for case in DIFFERENTIABLE])
def test_gradients(case: dict[str, Any]) -> None:
    inputs = [tf.constant(cases.decode(value), dtype=tf.as_dtype(value["dtype"])) for value in case["inputs"]]
    by = [inputs[index] for index in case["differentiate"]]
    with tf.GradientTape() as tape:
        tape.watch(by)
        outputs = call(case, inputs)
    floating = [output for output in outputs if output.dtype.is_floating or output.dtype.is_complex]
    arriving = [
        tf.constant(cases.upstream(tuple(output.shape.as_list()), output.dtype.as_numpy_dtype)) for output in floating
    ]
    found = tape.gradient(floating, by, output_gradients=arriving)
    relative = max(recorded.RELATIVE.get(case["call"], 0.0), recorded.GRADIENT)
    for position, ours, theirs in zip(case["differentiate"], found, case["gradients"], strict=True):
        assert (ours is None) == (theirs is None), f"gradient by input {position}"
        if theirs is not None:
            value = tf.convert_to_tensor(ours).numpy()
            recorded.close(np.asarray(value), theirs, relative, f"gradient by input {position}")


@pytest.mark.parametrize("case", FAILING, ids=[case["id"] for case in FAILING])
def test_errors(case: dict[str, Any]) -> None:
    """What TensorFlow refuses in building or in running a node is refused when it is called."""
    with pytest.raises((ValueError, TypeError, IndexError, NotImplementedError, tf.errors.OpError)):
        called(case)
