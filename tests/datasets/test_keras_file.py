"""Files that programs download by themselves; the addresses here are of files on this machine."""

from __future__ import annotations

import hashlib
import json
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

import convflow as tf
from convflow.datasets import imagenet_names
from convflow.tools import alias

get_file = tf.keras.utils.get_file


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    path = tmp_path / "home" / "words.txt"
    path.parent.mkdir()
    path.write_text("words")
    return path


def test_is_downloaded_once(tmp_path: Path, origin: Path) -> None:
    path = get_file("mine.txt", origin.as_uri(), cache_dir=str(tmp_path))
    assert path == str(tmp_path / "datasets" / "mine.txt")
    origin.unlink()
    assert get_file("mine.txt", origin.as_uri(), cache_dir=str(tmp_path)) == path
    assert Path(path).read_text() == "words"


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_another_file_of_the_name_is_downloaded_again(tmp_path: Path, origin: Path, algorithm: str) -> None:
    wanted = hashlib.new(algorithm, b"words").hexdigest()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a").write_text("other")
    path = get_file("a", origin.as_uri(), file_hash=wanted, cache_subdir="sub", cache_dir=str(tmp_path))
    assert Path(path).read_text() == "words"
    origin.write_text("changed")
    with pytest.raises(ValueError, match=r"served a file of hash .* It was not kept"):
        get_file("b", origin.as_uri(), md5_hash=hashlib.md5(b"words").hexdigest(), cache_dir=str(tmp_path))
    assert not (tmp_path / "datasets" / "b").exists()


def test_archives_are_unpacked(tmp_path: Path, origin: Path) -> None:
    with tarfile.open(tmp_path / "home" / "set.tar.gz", "w:gz") as archive:
        archive.add(origin, "set/words.txt")
    with zipfile.ZipFile(tmp_path / "home" / "set.zip", "w") as zipped:
        zipped.write(origin, "zipped/words.txt")
    address = (tmp_path / "home" / "set.tar.gz").as_uri()
    folder = get_file("set", address, untar=True, cache_dir=str(tmp_path))
    assert (Path(folder) / "words.txt").read_text() == "words"
    address = (tmp_path / "home" / "set.zip").as_uri()
    path = get_file("set.zip", address, extract=True, cache_dir=str(tmp_path))
    assert (Path(path).parent / "zipped" / "words.txt").read_text() == "words"


def test_what_is_nowhere_is_said(tmp_path: Path) -> None:
    address = (tmp_path / "none").as_uri()
    with pytest.raises(Exception, match=r"URL fetch failure on file:.*Lay the file at .* to do without"):
        get_file("a", address, cache_dir=str(tmp_path))


def test_classes_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = json.dumps({str(i): [f"n{i}", f"name{i}"] for i in range(1000)}).encode()
    (tmp_path / ".keras" / "models").mkdir(parents=True)
    (tmp_path / ".keras" / "models" / "imagenet_class_index.json").write_bytes(content)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(imagenet_names, "_MD5", hashlib.md5(content).hexdigest())
    found = tf.keras.applications.imagenet_utils.decode_predictions(np.eye(1000)[[7]] + np.eye(1000)[[9]] / 2, top=2)
    assert found == [[("n7", "name7", 1.0), ("n9", "name9", 0.5)]]
    with pytest.raises(ValueError, match=r"Found array with shape: \(1, 10\)"):
        tf.keras.applications.imagenet_utils.decode_predictions(np.zeros((1, 10)))


def test_keras_under_its_inner_path() -> None:
    with alias.installed():
        from tensorflow.python import keras
        from tensorflow.python.keras.applications.imagenet_utils import decode_predictions
        from tensorflow.python.keras.layers import Dense
        from tensorflow.python.keras.utils import get_file as inner
    assert keras.models is tf.keras.models
    assert Dense is tf.keras.layers.Dense
    assert inner is get_file
    assert decode_predictions is tf.keras.applications.imagenet_utils.decode_predictions
