from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf


@pytest.fixture(autouse=True)
def _graph() -> Any:
    with tf.Graph().as_default():
        yield


@pytest.fixture
def saved(tmp_path: Path) -> str:
    """A checkpoint with old/w = [[0 1], [2 3]], old/deep/b = [5 5], parts = 0 to 4."""
    with tf.Graph().as_default(), tf.Session() as session:
        tf.Variable(np.arange(4, dtype=np.float32).reshape(2, 2), name="old/w")
        tf.Variable([5.0, 5.0], name="old/deep/b")
        tf.Variable(np.arange(5, dtype=np.float32), name="parts")
        session.run(tf.global_variables_initializer())
        return tf.train.Saver().save(session, tmp_path / "model")


def initialized(*variables: Any) -> list[Any]:
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [value.tolist() for value in session.run(list(variables))]


@pytest.mark.parametrize("use_resource", [False, True])
def test_by_name_variable_and_scope(use_resource: bool, saved: str) -> None:
    with tf.variable_scope("new", use_resource=use_resource):
        w = tf.get_variable("w", [2, 2])
        b = tf.get_variable("deep/b", [2])
        other = tf.get_variable("other", [2], initializer=tf.zeros_initializer())
    tf.train.init_from_checkpoint(saved, {"old/w": "new/w"})
    assert initialized(w)[0] == [[0.0, 1.0], [2.0, 3.0]]
    tf.train.init_from_checkpoint(Path(saved).parent, {"old/deep/b": other, "old/deep/": "new/deep/"})
    assert initialized(b, other) == [[5.0, 5.0], [5.0, 5.0]]


def test_the_whole_checkpoint(saved: str) -> None:
    w = tf.get_variable("old/w", [2, 2])
    tf.train.init_from_checkpoint(saved, {"/": "/"})
    assert initialized(w)[0] == [[0.0, 1.0], [2.0, 3.0]]


def test_variables_in_parts(saved: str) -> None:
    tf.get_variable("mine", [5], partitioner=tf.fixed_size_partitioner(2))
    tf.train.init_from_checkpoint(saved, {"parts": "mine"})
    assert initialized(*tf.global_variables()) == [[0.0, 1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize(
    ("assignments", "text"),
    [
        ({"old/w": "none"}, "Variable none not found in graph. It has v"),
        ({"old/x": "v"}, r"Tensor old/x is not found in .*model checkpoint \{'old/deep/b': \[2\]"),
        ({"old/w": "v"}, r"Shape of variable v:0 \(\[3\]\) doesn't match with shape of tensor old/w \(\[2, 2\]\)"),
        ({"old/": "none/"}, "Tensor scope none/ has no variables in the graph"),
        ({"old/": "v"}, "Should be 'scope/': 'other_scope/'"),
        ({"old/w": 3}, r"Expected a variable or the name of one for 'old/w' in assignment_map, got 3"),
    ],
)
def test_assignments_that_cannot_be(assignments: Any, text: str, saved: str) -> None:
    tf.get_variable("v", [3])
    with pytest.raises(ValueError, match=text):
        tf.train.init_from_checkpoint(saved, assignments)


def test_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Couldn't find 'checkpoint' file or checkpoints in given directory"):
        tf.train.init_from_checkpoint(tmp_path, {"/": "/"})
