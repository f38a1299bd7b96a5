"""Checkpoints of format V1: `v1/old.ckpt` was written by TensorFlow (golden/record_files.py)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convflow as tf
from convflow.core import errors
from convflow.formats.bundle import BundleReader
from convflow.formats.bundle_v1 import V1Reader, open_checkpoint
from convflow.formats.bundle_v1_writer import V1Writer
from convflow.formats.tensor_slice import WHOLE, TensorSlice

OLD = str(Path(__file__).parent.parent / "golden" / "files" / "v1" / "old.ckpt")
TYPES = ["float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool", "complex64"]


@pytest.fixture(autouse=True)
def _graph() -> Any:
    with tf.Graph().as_default():
        yield


def test_every_type_is_read() -> None:
    reader = tf.train.NewCheckpointReader(OLD)
    shapes = reader.get_variable_to_shape_map()
    assert shapes == {**{f"types/{name}": [2, 3] for name in TYPES}, "scalar": [], "parts": [5, 2]}
    for name in TYPES:
        value = reader.get_tensor(f"types/{name}")
        assert value.dtype == np.dtype(name)
        np.testing.assert_array_equal(value, np.array([[0, 1, 2], [3, 100, 1]]).astype(name))
    assert reader.get_tensor("scalar") == np.float32(3.5)
    np.testing.assert_array_equal(reader.get_tensor("parts"), np.ones((5, 2), np.float32))
    assert tf.train.load_variable(OLD, "scalar") == np.float32(3.5)


def test_variables_are_restored() -> None:
    scalar = tf.get_variable("scalar", [])
    whole = tf.get_variable("parts", [5, 2])
    with tf.Session() as session:
        tf.train.Saver().restore(session, OLD)
        assert session.run(scalar) == 3.5
        assert session.run(whole).sum() == 10.0


def test_names_that_are_not_there() -> None:
    reader = open_checkpoint(OLD)
    assert isinstance(reader, V1Reader)
    assert "scalar" in reader
    with pytest.raises(errors.NotFoundError, match=r"Key scala not found in checkpoint .*Close to it are scalar"):
        reader.read("scala")


def test_the_newer_format_comes_first(tmp_path: Path) -> None:
    v = tf.Variable(1.0, name="v")
    (tmp_path / "model").write_bytes(Path(OLD).read_bytes())
    with tf.Session() as session:
        session.run(v.initializer)
        tf.train.Saver().save(session, tmp_path / "model")
    assert isinstance(open_checkpoint(tmp_path / "model"), BundleReader)


def test_a_type_that_there_is_not() -> None:
    reader = open_checkpoint(OLD)
    name = reader.names()[0]
    reader._metas[name].type = 0
    with pytest.raises(errors.DataLossError, match=r"old\.ckpt .*is of type 0, which there is not"):
        reader.dtype(name)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_damage_is_data_loss(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    whole = Path(OLD).read_bytes()
    damaged = bytearray(whole)
    place = data.draw(st.integers(0, len(whole) * 8 - 1))
    if data.draw(st.booleans()):
        damaged[place // 8] ^= 1 << place % 8
    else:
        damaged = damaged[: place // 8]
    path = tmp_path_factory.mktemp("v1") / "old.ckpt"
    path.write_bytes(damaged)
    try:
        reader = open_checkpoint(path)
        for name in reader.names():
            reader.read(name)
    except (errors.DataLossError, errors.NotFoundError, errors.UnimplementedError) as error:
        assert "old.ckpt" in error.message


def _recorded_variables() -> None:
    """The variables of golden/record_files.py, in its order."""
    for name in TYPES:
        value = np.array([[0, 1, 2], [3, 100, 1]]).astype(name)
        tf.get_variable(f"types/{name}", initializer=tf.constant(value), trainable=False)
    tf.get_variable("scalar", initializer=3.5)
    tf.get_variable("parts", [5, 2], initializer=tf.ones_initializer(), partitioner=tf.fixed_size_partitioner(2))


def test_the_written_file_is_tensorflows(tmp_path: Path) -> None:
    _recorded_variables()
    saver = tf.train.Saver(write_version=tf.train.SaverDef.V1)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        path = saver.save(session, tmp_path / "new.ckpt", write_meta_graph=False)
        assert path == str(tmp_path / "new.ckpt")
        assert Path(path).read_bytes() == Path(OLD).read_bytes()
        assert tf.train.latest_checkpoint(tmp_path) == path
        saver.restore(session, path)
    assert saver.as_saver_def().version == tf.train.SaverDef.V1


def test_parts_stay_files_of_their_own(tmp_path: Path) -> None:
    with tf.device("/cpu:0"):
        first = tf.get_variable("first", initializer=[1.0, 2.0])
    with tf.device("/gpu:1"):
        tf.get_variable("second", initializer=3)
    saver = tf.train.Saver(write_version=tf.train.SaverDef.V1, sharded=True, max_to_keep=1)
    types = [op.type for op in tf.get_default_graph().get_operations()]
    assert types.count("SaveSlices") == 2 and types.count("ShardedFilespec") == 1
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        saver.save(session, tmp_path / "m", global_step=1)
        path = saver.save(session, tmp_path / "m", global_step=2)
        assert path == str(tmp_path / "m-2-?????-of-00002")
        # Those of step 1 are deleted.
        files = {"checkpoint", "m-2-00000-of-00002", "m-2-00001-of-00002", "m-2.meta"}
        assert {file.name for file in tmp_path.iterdir()} == files
        session.run(tf.assign(first, [0.0, 0.0]))
        saver.restore(session, path)
        assert session.run(first).tolist() == [1.0, 2.0]


def test_what_is_not_written(tmp_path: Path) -> None:
    writer = V1Writer(tmp_path / "x")
    writer.add_slice("t", [4, 2], TensorSlice(((0, 2), (0, WHOLE))), np.zeros([2, 2], np.float32))
    with pytest.raises(errors.InvalidArgumentError, match=r"Adding duplicate key: t"):
        writer.add_slice("t", [4, 2], TensorSlice(((0, 2), (0, WHOLE))), np.zeros([2, 2], np.float32))
    with pytest.raises(errors.InvalidArgumentError, match=r"of t are of shapes \(4, 2\) and \(4, 3\), types float32"):
        writer.add_slice("t", [4, 3], TensorSlice(((2, 2), (0, WHOLE))), np.zeros([2, 3], np.float32))
    with pytest.raises(errors.InvalidArgumentError, match="types float32 and float64"):
        writer.add_slice("t", [4, 2], TensorSlice(((2, 2), (0, WHOLE))), np.zeros([2, 2]))
    with pytest.raises(errors.NotFoundError, match="write the checkpoint"), V1Writer(tmp_path / "no" / "x") as lost:
        lost.add("v", np.zeros(2))
    assert list(tmp_path.iterdir()) == []
