from __future__ import annotations

import hashlib
import io
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convflow.core import errors
from convflow.datasets import cifar
from convflow.datasets.record import DataFile, NamedSet


def archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def batch(first: int, count: int, **labels: list[int]) -> bytes:
    rows = (np.arange(count * 3072).reshape(count, 3072) + first) % 256
    keys = {name.encode(): values for name, values in labels.items()}
    return pickle.dumps({b"data": rows.astype(np.uint8), **keys}, protocol=2)


def publish(monkeypatch: pytest.MonkeyPatch, name: str, which: NamedSet, data: bytes) -> None:
    """Make `data` the published archive of a set."""
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    monkeypatch.setattr(cifar, name, NamedSet(which.name, (), (DataFile(which.files[0].name, archive_md5=md5),)))


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data" / "cifar10"
    folder.mkdir(parents=True)
    monkeypatch.setenv("CONVFLOW_DATA", str(folder.parent))
    return folder


def jpeg(color: tuple[int, int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 32), color).save(out, "JPEG")
    return out.getvalue()


def test_published_cifar10(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    members = {f"cifar-10-batches-py/data_batch_{n}": batch(n, 2, labels=[n, 0]) for n in range(1, 6)}
    members["cifar-10-batches-py/test_batch"] = batch(9, 1, labels=[7])
    data = archive(members)
    publish(monkeypatch, "CIFAR10", cifar.CIFAR10, data)
    (data_folder / "cifar-10-python.tar.gz").write_bytes(data)
    (x_train, y_train), (x_test, y_test) = cifar.load_cifar10()
    assert (x_train.shape, x_train.dtype, y_train.dtype) == ((10, 32, 32, 3), np.uint8, np.uint8)
    assert y_train.ravel().tolist() == [1, 0, 2, 0, 3, 0, 4, 0, 5, 0]
    assert (x_test.shape, y_test.tolist()) == ((1, 32, 32, 3), [[7]])
    # The file holds a picture's red plane, then green, then blue.
    assert x_test[0, 0, 1].tolist() == [10, (1024 + 10) % 256, (2048 + 10) % 256]
    x_train[0] = 1  # the arrays belong to the caller


@pytest.mark.parametrize(("mode", "labels"), [("fine", [99, 3]), ("coarse", [19, 1])])
def test_cifar100_labels(data_folder: Path, monkeypatch: pytest.MonkeyPatch, mode: str, labels: list[int]) -> None:
    content = batch(0, 2, fine_labels=[99, 3], coarse_labels=[19, 1])
    data = archive({"cifar-100-python/train": content, "cifar-100-python/test": content})
    publish(monkeypatch, "CIFAR100", cifar.CIFAR100, data)
    (data_folder.parent / "cifar-100-python.tar.gz").write_bytes(data)
    (_, y_train), (_, y_test) = cifar.load_cifar100(mode)
    assert y_train.ravel().tolist() == y_test.ravel().tolist() == labels


def test_label_mode_is_checked() -> None:
    with pytest.raises(ValueError, match=r"must be one of .*got 'rough'"):
        cifar.load_cifar100("rough")


def test_jpeg_archive_is_read_and_said(data_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    members = {
        "train/cat/0000.jpg": jpeg((255, 0, 0)),
        "train/dog/0000.jpg": jpeg((0, 255, 0)),
        "test/ship/0000.jpg": jpeg((0, 0, 255)),
    }
    (data_folder / "cifar10-jpeg.tar.gz").write_bytes(archive(members))
    (x_train, y_train), (x_test, y_test) = cifar.load_cifar10()
    assert sorted(y_train.ravel().tolist()) == [3, 5]
    assert x_train[y_train.ravel().tolist().index(3), 5, 5, 0] > 250
    assert (y_test.tolist(), x_test.shape) == ([[8]], (1, 32, 32, 3))
    assert "recompressed as JPEG" in capsys.readouterr().err


def test_damaged_jpeg_archive(data_folder: Path) -> None:
    (data_folder / "cifar10-jpeg.tar.gz").write_bytes(archive({"train/cat/0000.jpg": b"no picture"}))
    with pytest.raises(errors.DataLossError, match=r"cifar10-jpeg.tar.gz cannot be read"):
        cifar.load_cifar10()


def test_missing_set_says_where_to_put_which_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cifar, "CIFAR10", NamedSet("cifar10", (), cifar.CIFAR10.files))
    with pytest.raises(errors.UnavailableError, match=r"(?s)cifar-10-python.tar.gz .*missing.*put it at"):
        cifar.load_cifar10()
