"""tf.print shows what TensorFlow shows, by the nodes that TensorFlow makes."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf


def _template() -> Any:
    return [op.get_attr("template") for op in tf.get_default_graph().get_operations() if op.type == "StringFormat"][-1]


def test_values_of_all_kinds_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    x = tf.constant([[1.0, 2], [3, 4]])
    shown = tf.print("loss:", x, 3, [x, "a", 1], {"k": x, "z": (1, 2)}, sep="|", end="!\n", output_stream=sys.stdout)
    assert (shown.type, shown.name, shown.inputs[0].op.name) == ("PrintV2", "PrintV2", "StringFormat")
    assert _template() == b"loss:|{}|3|[{}, 'a', 1]|{'k': {}, 'z': (1, 2)}"
    with tf.Session() as session:
        session.run(shown)
    rows = "[[1 2]\n [3 4]]"
    assert capsys.readouterr().out == f"loss:|{rows}|3|[{rows}, 'a', 1]|{{'k': {rows}, 'z': (1, 2)}}!\n"


def test_standard_error_by_default_and_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    shown = tf.print("abc", 1.5, None, np.arange(3), name="pp")
    assert (shown.name, shown.inputs[0].op.name) == ("pp", "pp_format")
    with tf.Session() as session:
        session.run(shown)
    assert capsys.readouterr().err.endswith("abc 1.5 None array([0, 1, 2])\n")


def test_braces_in_the_text_stay(capsys: pytest.CaptureFixture[str]) -> None:
    shown = tf.print("x{}y", tf.constant(1), output_stream=sys.stdout)
    with tf.Session() as session:
        session.run(shown)
    assert capsys.readouterr().out == "x{}y 1\n"


def test_sparse_tensors_are_shown_as_their_parts() -> None:
    tf.print(tf.SparseTensor([[0, 1]], [5.0], [2, 2]))
    assert _template() == b"'SparseTensor(indices={}, values={}, shape={})'"


def test_a_single_string_needs_no_format() -> None:
    assert tf.print(tf.constant("hi")).inputs[0].op.type == "Const"


def test_into_a_file(tmp_path: Path) -> None:
    shown = tf.print(tf.constant("hi"), output_stream=f"file://{tmp_path}/out.txt")
    with tf.Session() as session:
        session.run(shown)
        session.run(shown)
    assert (tmp_path / "out.txt").read_text() == "hi\nhi\n"


def test_refused() -> None:
    with pytest.raises(ValueError, match="Unsupported output stream, logging level, or file: 'here'"):
        tf.print(1, output_stream="here")
    with pytest.raises(ValueError, match=r"Unrecognized keyword arguments for tf.print: \['file'\]"):
        tf.print(1, file=sys.stdout)


def test_timestamp_is_the_time_of_the_run() -> None:
    now = tf.timestamp()
    assert now.dtype is tf.float64
    before = time.time()
    with tf.Session() as session:
        assert before <= session.run(now) <= time.time()


def test_small_names_of_the_top_level() -> None:
    assert tf.compat.dimension_value(tf.TensorShape([3])[0]) == 3
    assert tf.compat.dimension_value(None) is None
    assert tf.compat.dimension_at_index(tf.TensorShape(None), 2).value is None
    assert tf.compat.forward_compatible(2019, 1, 1)
    assert not tf.compat.forward_compatible(9999, 1, 1)
    assert np.array_equal(tf.get_static_value(tf.constant([1, 2])), [1, 2])
    assert tf.__version__ == tf.version.VERSION
    with tf.op_scope([tf.constant(1)], None, "scope") as scope:
        assert scope == "scope/"
    with tf.container("kept"):
        assert tf.FIFOQueue(1, tf.int32).queue_ref.op.get_attr("container") == b"kept"
    assert tf.initialize_all_tables().type == "NoOp"
