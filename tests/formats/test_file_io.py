"""Files by the names of TensorFlow's inner module."""

from __future__ import annotations

from pathlib import Path

import pytest

from convflow.core import errors
from convflow.formats import file_io


def test_files_and_folders(tmp_path: Path) -> None:
    folder = f"{tmp_path}/a/b"
    file_io.recursive_create_dir(folder)
    file_io.create_dir(f"{tmp_path}/c")
    file_io.write_string_to_file(f"{folder}/x.txt", "text")
    file_io.write_string_to_file(f"{folder}/y.bin", b"\x00")
    assert file_io.read_file_to_string(f"{folder}/x.txt") == "text"
    assert file_io.read_file_to_string(f"{folder}/y.bin", binary_mode=True) == b"\x00"
    assert sorted(file_io.list_directory(folder)) == ["x.txt", "y.bin"]
    assert file_io.get_matching_files(f"{folder}/*.txt") == [f"{folder}/x.txt"]
    assert file_io.is_directory(folder)
    assert len(list(file_io.walk(str(tmp_path)))) == 4
    file_io.delete_file(f"{folder}/x.txt")
    assert not file_io.file_exists(f"{folder}/x.txt")
    file_io.delete_recursively(f"{tmp_path}/a")
    assert not file_io.file_exists(folder)
    with pytest.raises(errors.NotFoundError):
        file_io.read_file_to_string(f"{tmp_path}/gone")
