"""Datasets of file names; the nodes are those TensorFlow 2.21 makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import convflow as tf
from convflow.core import errors

NODES = """Const list_files/file_pattern
MatchingFiles list_files/MatchingFiles
Shape list_files/Shape
Const list_files/strided_slice/stack
Const list_files/strided_slice/stack_1
Const list_files/strided_slice/stack_2
StridedSlice list_files/strided_slice
Const list_files/match_not_empty/y
Greater list_files/match_not_empty
Const list_files/ReduceJoin/Const
ReduceJoin list_files/ReduceJoin/ReduceJoin
Const list_files/message/x
Add list_files/message
Assert list_files/assert_not_empty/Assert
Identity list_files/Identity
TensorSliceDataset list_files/TensorSliceDataset
Shape list_files/Shape_1
Const list_files/strided_slice_1/stack
Const list_files/strided_slice_1/stack_1
Const list_files/strided_slice_1/stack_2
StridedSlice list_files/strided_slice_1
Const list_files/Maximum/y
Maximum list_files/Maximum
Const list_files/seed
Const list_files/seed2
ShuffleDataset list_files/ShuffleDataset"""


def elements(dataset: Any) -> list[Any]:
    found = []
    following = dataset.make_one_shot_iterator().get_next()
    with tf.Session() as session:
        while True:
            try:
                found.append(session.run(following))
            except errors.OutOfRangeError:
                return found


@pytest.fixture(autouse=True)
def _graph() -> Any:
    with tf.Graph().as_default():
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.txt", "a.txt", "c.csv"):
        (tmp_path / name).touch()
    return tmp_path


def test_names_in_order(folder: Path) -> None:
    names = elements(tf.data.Dataset.list_files(str(folder / "*.txt"), shuffle=False))
    assert names == [str(folder / name).encode() for name in ("a.txt", "b.txt")]


def test_names_shuffled_of_several_patterns(folder: Path) -> None:
    dataset = tf.data.Dataset.list_files([str(folder / "*.txt"), str(folder / "*.csv")], seed=3)
    assert sorted(elements(dataset)) == [str(folder / name).encode() for name in ("a.txt", "b.txt", "c.csv")]


def test_the_nodes_are_tensorflows(folder: Path) -> None:
    tf.data.Dataset.list_files(str(folder / "*"))
    nodes = [f"{op.type} {op.name}" for op in tf.get_default_graph().get_operations()]
    assert nodes == NODES.splitlines()
    assert [op.name for op in tf.get_default_graph().get_operation_by_name("list_files/Identity").control_inputs] == [
        "list_files/assert_not_empty/Assert"
    ]


def test_no_file(folder: Path) -> None:
    with pytest.raises(errors.InvalidArgumentError, match=r"No files matched pattern: \S*none\*"):
        elements(tf.data.Dataset.list_files(str(folder / "none*"), shuffle=False))
