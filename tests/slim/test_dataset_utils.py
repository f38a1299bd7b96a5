"""Archives and class names of the research models."""

from __future__ import annotations

import tarfile

import pytest

from convflow.core import errors
from convflow.slim.datasets import dataset_utils

# Port 9 of this machine: nobody answers.
URL = "http://127.0.0.1:9/models/net_2016.tar.gz"


@pytest.fixture
def archive(tmp_path):
    """An archive of `net.ckpt` under the name at the end of URL."""
    content = tmp_path / "net.ckpt"
    content.write_text("weights")
    path = tmp_path / "archives" / "net_2016.tar.gz"
    path.parent.mkdir()
    with tarfile.open(path, "w:gz") as opened:
        opened.add(content, "net.ckpt")
    content.unlink()
    return path


def test_an_archive_in_the_folder_is_unpacked(archive):
    dataset_utils.download_and_uncompress_tarball(URL, str(archive.parent))
    assert (archive.parent / "net.ckpt").read_text() == "weights"


def test_an_archive_in_the_data_folders_is_unpacked(archive, tmp_path, monkeypatch):
    monkeypatch.setenv("CONVFLOW_DATA", str(archive.parent))
    dataset_utils.download_and_uncompress_tarball(URL, str(tmp_path / "checkpoints"))
    assert (tmp_path / "checkpoints" / "net.ckpt").read_text() == "weights"


def test_a_download(archive, tmp_path, capsys):
    dataset_utils.download_and_uncompress_tarball(archive.as_uri(), str(tmp_path / "checkpoints"))
    assert (tmp_path / "checkpoints" / "net.ckpt").read_text() == "weights"
    assert "Successfully downloaded net_2016.tar.gz" in capsys.readouterr().out


def test_without_a_network_the_error_says_where_to_put_it(tmp_path):
    with pytest.raises(errors.UnavailableError) as caught:
        dataset_utils.download_and_uncompress_tarball(URL, str(tmp_path))
    assert "net_2016.tar.gz is missing and could not be downloaded" in str(caught.value)
    assert f"get {URL} and put it at {tmp_path / 'net_2016.tar.gz'}" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_damaged_archive_is_named(archive):
    archive.write_bytes(archive.read_bytes()[:40])
    with pytest.raises(errors.DataLossError, match=r"net_2016.tar.gz \(40 bytes\) is no complete archive"):
        dataset_utils.download_and_uncompress_tarball(URL, str(archive.parent))


def test_class_names(tmp_path):
    assert not dataset_utils.has_labels(str(tmp_path))
    dataset_utils.write_label_file({0: "daisy", 1: "rose: red"}, str(tmp_path))
    assert dataset_utils.has_labels(str(tmp_path))
    assert dataset_utils.read_label_file(str(tmp_path)) == {0: "daisy", 1: "rose: red"}
    (tmp_path / "labels.txt").write_text("0:daisy\nrose\n")
    with pytest.raises(ValueError, match="line 2: expected 'number:name', got 'rose'"):
        dataset_utils.read_label_file(str(tmp_path))
