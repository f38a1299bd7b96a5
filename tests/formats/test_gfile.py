"""Files under TensorFlow's names. What TensorFlow 2.21 does in each case was looked up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import convflow as tf


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_bytes("hé\nworld\n".encode())
    Path("x/y").mkdir(parents=True)


def test_reading() -> None:
    assert tf.gfile.GFile("a.txt").read() == "hé\nworld\n"
    assert tf.gfile.FastGFile("a.txt", "rb").read(3) == b"h\xc3\xa9"
    assert list(tf.gfile.Open("a.txt")) == tf.gfile.Open("a.txt").readlines() == ["hé\n", "world\n"]
    with tf.io.gfile.GFile(Path("a.txt"), "rb") as file:
        file.seek(4)
        assert (file.readline(), file.tell(), file.size()) == (b"world\n", 10, 10)


def test_writing() -> None:
    with tf.gfile.GFile("b.txt", "w") as file:
        file.write("one")
    with tf.gfile.GFile("b.txt", "a") as file:
        file.write(b" two")
    assert Path("b.txt").read_text() == "one two"
    with tf.gfile.GFile("empty", "w"):
        pass
    assert Path("empty").read_bytes() == b""


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tf.gfile.GFile("no").read(), "NotFoundError", "no; No such file or directory"),
        (lambda: tf.gfile.GFile("a.txt", "q"), "InvalidArgumentError", "mode is not 'r' or 'w'"),
        (lambda: tf.gfile.GFile("a.txt").write("x"), "PermissionDeniedError", "isn't open for writing"),
        (lambda: tf.gfile.GFile("b", "w").read(), "PermissionDeniedError", "isn't open for reading"),
        (lambda: tf.gfile.MkDir("q/r"), "NotFoundError", "q/r; No such file or directory"),
        (lambda: tf.gfile.ListDirectory("no"), "NotFoundError", "Could not find directory no"),
        (lambda: tf.gfile.Remove("no"), "NotFoundError", "no; No such file or directory"),
        (lambda: tf.gfile.Remove("x"), "FailedPreconditionError", "x; Is a directory"),
        (lambda: tf.gfile.DeleteRecursively("no"), "NotFoundError", "no not found"),
        (lambda: tf.gfile.Copy("a.txt", "x"), "AlreadyExistsError", "file already exists"),
        (lambda: tf.gfile.Rename("x", "a.txt"), "AlreadyExistsError", "file already exists"),
        (lambda: tf.gfile.Stat("no"), "NotFoundError", "no; No such file or directory"),
    ],
)
def test_errors(call: Any, error: str, message: str) -> None:
    with pytest.raises(getattr(tf.errors, error), match=message):
        call()


def test_folders() -> None:
    tf.gfile.MakeDirs("x/y/z")
    tf.gfile.MakeDirs("x/y/z")
    tf.gfile.MkDir("x")
    assert sorted(tf.gfile.ListDirectory(".")) == ["a.txt", "x"]
    assert [tf.gfile.IsDirectory(name) for name in ("x", "a.txt", "no")] == [True, False, False]
    assert list(tf.gfile.Walk(".")) == [
        (".", ["x"], ["a.txt"]),
        ("./x", ["y"], []),
        ("./x/y", ["z"], []),
        ("./x/y/z", [], []),
    ]
    assert [folder for folder, _, _ in tf.gfile.Walk("x", in_order=False)] == ["x/y/z", "x/y", "x"]
    assert tf.gfile.Stat("x").is_directory
    tf.gfile.DeleteRecursively("x")
    assert not tf.gfile.Exists("x")


def test_copying_renaming_finding() -> None:
    tf.gfile.Copy("a.txt", "c.txt")
    tf.gfile.Copy("a.txt", "c.txt", overwrite=True)
    tf.gfile.Rename("c.txt", "d.txt")
    assert tf.gfile.Glob("*.txt") == ["a.txt", "d.txt"]
    assert tf.gfile.Glob(["a*", "no*"]) == ["a.txt"]
    assert tf.gfile.Stat("d.txt").length == 10
    tf.gfile.Remove("d.txt")
    assert not tf.gfile.Exists("d.txt")


def test_other_file_systems() -> None:
    with tf.gfile.GFile("memory://place/file.txt", "w") as file:
        file.write("there")
    assert tf.gfile.Exists("memory://place/file.txt")
    assert tf.gfile.ListDirectory("memory://place") == ["file.txt"]
    assert tf.gfile.GFile("memory://place/file.txt").read() == "there"


def test_strings() -> None:
    assert (tf.compat.as_bytes("é"), tf.compat.as_text(b"a"), tf.compat.as_str("x")) == (b"\xc3\xa9", "a", "x")
    assert (tf.compat.as_str_any(3), tf.compat.as_str_any(b"x"), tf.compat.path_to_str(Path("a"))) == ("3", "x", "a")
    for function in (tf.compat.as_bytes, tf.compat.as_text):
        with pytest.raises(TypeError, match="Expected binary or unicode string, got 3"):
            function(3)
