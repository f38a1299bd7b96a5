"""Libraries of ops compiled for TensorFlow are refused by name; other names of old programs work."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import convflow as tf
from convflow.core import resource_loader


def test_a_library_of_ops_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "roi_pooling.so"
    with pytest.raises(tf.errors.NotFoundError, match="cannot open shared object file: No such file or directory"):
        tf.load_op_library(str(path))
    path.write_bytes(b"\x7fELF")
    with pytest.raises(tf.errors.UnimplementedError, match="holds ops compiled for TensorFlow's runtime"):
        tf.load_op_library(str(path))


def test_old_order_of_a_name_scopes_arguments() -> None:
    with tf.op_scope([tf.constant(1)], None, "layer") as scope:
        assert scope == "layer/"


def test_containers() -> None:
    with tf.container("mine"):
        assert tf.Variable(1.0).op.get_attr("container") == b"mine"


def test_files_beside_a_module() -> None:
    assert resource_loader.get_path_to_datafile("a.txt") == str(Path(__file__).parent / "a.txt")
    assert tf.resource_loader.get_data_files_path() == str(Path(__file__).parent)
    assert tf.resource_loader.load_resource(__file__) == Path(__file__).read_bytes()


def test_flags_parsed_as_before_their_renewal(monkeypatch: pytest.MonkeyPatch) -> None:
    tf.app.flags.DEFINE_integer("old_style_steps", 3, "")
    monkeypatch.setattr(sys, "argv", ["program", "--old_style_steps=5"])
    tf.app.flags.FLAGS._parse_flags()
    assert tf.app.flags.FLAGS.old_style_steps == 5


def test_whole_number_attributes_are_cut_as_tensorflow_cuts_them() -> None:
    x = tf.zeros([1, 33, 65, 8])
    assert tf.nn.avg_pool(x, [1, 33 / 3, 65 / 3, 1], [1, 33 / 3, 65 / 3, 1], "VALID").shape.as_list() == [1, 3, 3, 8]
    with pytest.raises(TypeError, match="Expected int for attribute 'ksize' of the op AvgPool, got '2'"):
        tf.nn.avg_pool(x, [1, "2", 2, 1], [1, 2, 2, 1], "SAME")


@pytest.mark.parametrize("name", ["load_library", "load_file_system_library"])
def test_other_libraries(tmp_path, name):
    load = getattr(tf, name)
    with pytest.raises(tf.errors.NotFoundError, match=r"does not exist: .*nothing\.so"):
        load(str(tmp_path / "nothing.so"))
    with pytest.raises(NotImplementedError, match=rf"tf\.{name} is not here: .* compiled for TensorFlow's runtime"):
        load(str(tmp_path))


def test_operators_of_tensors():
    assert all(hasattr(tf.Tensor, name) for name in tf.Tensor.OVERLOADABLE_OPERATORS - {"__rmatmul__"})
    assert {"__add__", "__rxor__", "__getitem__"} <= tf.Tensor.OVERLOADABLE_OPERATORS
