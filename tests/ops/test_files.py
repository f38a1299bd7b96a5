from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import convflow as tf


@pytest.fixture(autouse=True)
def _graph() -> Any:
    with tf.Graph().as_default():
        yield


def test_written_and_read(tmp_path: Path) -> None:
    path = str(tmp_path / "new" / "file")
    write, read = tf.write_file(path, b"\x00text"), tf.read_file(path)
    with tf.Session() as session:
        with pytest.raises(tf.errors.NotFoundError, match="No such file or directory"):
            session.run(read)
        session.run(write)
        assert session.run(read) == b"\x00text"


def test_matching_files(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c.png"):
        (tmp_path / name).touch()
    with tf.Session() as session:
        found = session.run(tf.matching_files(str(tmp_path / "*.txt")))
        assert found.tolist() == [str(tmp_path / name).encode() for name in ("a.txt", "b.txt")]
        several = tf.matching_files([str(tmp_path / "*.png"), str(tmp_path / "b*"), str(tmp_path / "no*")])
        assert [Path(name.decode()).name for name in session.run(several)] == ["b.txt", "c.png"]


@pytest.mark.parametrize("make", [tf.read_file, lambda names: tf.write_file("a", names)])
def test_one_name(make: Any) -> None:
    with pytest.raises(ValueError, match=r"(filename|contents) must be rank 0 but is rank 1"):
        make(["a", "b"])
    with pytest.raises(ValueError, match=r"pattern must be a scalar or vector, got the shape \(1, 1\)"):
        tf.matching_files([["a"]])
