from __future__ import annotations

import gzip
import hashlib
import os
from pathlib import Path

import pytest

from convflow.core import errors
from convflow.datasets import locate
from convflow.datasets.fetch import fetch
from convflow.datasets.record import DataFile, NamedSet

CONTENT = b"the real content of the file" * 40
NAME = "part-one-idx1-ubyte.gz"


def named_set(*homes: Path) -> NamedSet:
    md5 = hashlib.md5(CONTENT).hexdigest()
    urls = tuple(home.as_uri() + "/" for home in homes)
    return NamedSet("tiny", urls or ("file:///nowhere/at/all/",), (DataFile(NAME, content_md5=md5),))


def put(folder: Path, content: bytes = CONTENT, name: str = NAME, level: int = 9) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(gzip.compress(content, level) if name.endswith(".gz") else content)
    return path


def use_folders(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> None:
    monkeypatch.setenv("CONVFLOW_DATA", os.pathsep.join(str(folder) for folder in folders))


def test_the_given_folder_comes_first_and_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = put(tmp_path / "mine", b"another data set")
    use_folders(monkeypatch, put(tmp_path / "shared").parent)
    found = fetch(named_set(), NAME, tmp_path / "mine")
    assert (found.path, found.content) == (mine, b"another data set")


@pytest.mark.parametrize("below", ["", "tiny"])
def test_each_listed_folder_and_the_set_folder_below_it(
    below: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path / "two" / below)
    use_folders(monkeypatch, tmp_path / "one", tmp_path / "two")
    assert fetch(named_set(), NAME, tmp_path / "absent").path == path


def test_the_cache_comes_after_the_listed_folders(
    tmp_path: Path, bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = put(bare_machine / "tiny")
    assert fetch(named_set(), NAME).path == cached
    listed = put(tmp_path / "listed")
    use_folders(monkeypatch, tmp_path / "listed")
    assert fetch(named_set(), NAME).path == listed


@pytest.mark.parametrize("name", ["part-one-idx1-ubyte", "part-one.idx1-ubyte"])
def test_files_unpacked_by_hand_are_found(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "data", name=name)
    use_folders(monkeypatch, tmp_path / "data")
    assert fetch(named_set(), NAME).path == path


def test_a_copy_compressed_anew_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "data", level=1)
    use_folders(monkeypatch, tmp_path / "data")
    assert fetch(named_set(), NAME).content == CONTENT


def test_another_set_under_the_same_file_names_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "data", b"other content")
    real = put(tmp_path / "data" / "tiny")
    use_folders(monkeypatch, tmp_path / "data")
    assert fetch(named_set(), NAME).path == real


def test_an_archive_checksum_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "data")
    md5 = hashlib.md5(path.read_bytes()).hexdigest()
    use_folders(monkeypatch, tmp_path / "data")
    data_set = NamedSet("tiny", (), (DataFile(NAME, archive_md5=md5),))
    assert fetch(data_set, NAME).path == path


def test_a_download_lands_in_the_cache_and_is_used_again(tmp_path: Path, bare_machine: Path) -> None:
    home = put(tmp_path / "home_of_it").parent
    first = fetch(named_set(home), NAME, tmp_path / "given")
    assert (first.path, first.content) == (bare_machine / "tiny" / NAME, CONTENT)
    (home / NAME).unlink()
    assert fetch(named_set(home), NAME).content == CONTENT
    assert [path.name for path in (bare_machine / "tiny").iterdir()] == [NAME]


def test_the_second_home_serves_when_the_first_does_not(tmp_path: Path) -> None:
    wrong = put(tmp_path / "wrong", b"a login page").parent
    right = put(tmp_path / "right").parent
    assert fetch(named_set(tmp_path / "gone", wrong, right), NAME).content == CONTENT


def test_a_wrong_download_is_refused_and_leaves_nothing(tmp_path: Path, bare_machine: Path) -> None:
    wrong = put(tmp_path / "wrong", b"a login page").parent
    found = hashlib.md5(b"a login page").hexdigest()
    with pytest.raises(errors.DataLossError) as caught:
        fetch(named_set(wrong), NAME)
    assert f"MD5 of the content is {found}" in caught.value.message
    assert hashlib.md5(CONTENT).hexdigest() in caught.value.message
    assert list((bare_machine / "tiny").iterdir()) == []


def test_a_download_that_is_no_gzip_file_is_refused(tmp_path: Path) -> None:
    home = put(tmp_path / "home_of_it").parent
    (home / NAME).write_bytes(b"<html>")
    with pytest.raises(errors.DataLossError, match="served 6 bytes that are no complete gzip file"):
        fetch(named_set(home), NAME)


def test_offline_the_error_says_what_where_and_what_to_do(
    tmp_path: Path, bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "data", b"other content")
    use_folders(monkeypatch, tmp_path / "data")
    with pytest.raises(errors.UnavailableError) as caught:
        fetch(named_set(tmp_path / "gone"), NAME, tmp_path / "given")
    message = caught.value.message
    assert f"{NAME} of the data set tiny is missing" in message
    for place in (tmp_path / "given", tmp_path / "data", tmp_path / "data" / "tiny", bare_machine / "tiny"):
        assert f"  {place} (" in message
    assert f"{NAME} is there, but is another file" in message
    assert f"put it at {tmp_path / 'given' / NAME}" in message
    assert "$CONVFLOW_DATA" in message


def test_without_a_data_folder_the_error_says_that_none_is_set() -> None:
    with pytest.raises(errors.UnavailableError, match=r"\$CONVFLOW_DATA \(not set\)"):
        fetch(named_set(), NAME)


def test_a_set_without_a_public_home() -> None:
    with pytest.raises(errors.UnavailableError, match=f"no public home\n.* put it at .*{NAME}, or name"):
        fetch(NamedSet("tiny", (), (DataFile(NAME),)), NAME)


@pytest.mark.parametrize("keep", [0, 5, 30, -3])
def test_a_cut_gz_names_the_file_and_the_remedy(keep: int, tmp_path: Path) -> None:
    path = put(tmp_path / "data")
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(errors.DataLossError) as caught:
        fetch(named_set(), NAME, tmp_path / "data")
    assert str(path) in caught.value.message
    assert "Delete the file and run again" in caught.value.message


def test_a_flipped_bit_in_a_gz_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "data")
    damaged = bytearray(path.read_bytes())
    damaged[-6] ^= 0x10
    path.write_bytes(damaged)
    use_folders(monkeypatch, tmp_path / "data")
    with pytest.raises(errors.DataLossError, match="damaged or cut short"):
        fetch(named_set(), NAME)


def test_data_folders_reads_the_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONVFLOW_DATA", os.pathsep.join(["", str(tmp_path), "~/sets"]))
    assert locate.data_folders() == [tmp_path, Path.home() / "sets"]


def test_a_name_that_the_set_does_not_have() -> None:
    with pytest.raises(KeyError, match=r"'x' is not a file of tiny; it has"):
        fetch(named_set(), "x")
