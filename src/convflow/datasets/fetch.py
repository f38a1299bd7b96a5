"""A data set's files: found on this machine, or downloaded from the set's public home and verified."""

from __future__ import annotations

import hashlib
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from convflow.core import errors
from convflow.datasets import compressed, locate
from convflow.datasets.record import DataFile, NamedSet

_TIMEOUT_SECONDS = 20
_CHUNK_BYTES = 1 << 16
_Checked = TypeVar("_Checked")


class ChecksumError(Exception):
    """What a home served is not the file that was asked for."""


def fetch(named_set: NamedSet, name: str, folder: str | Path | None = None) -> locate.Found:
    """A file of a data set with its uncompressed content.

    It is looked for in `folder`, in the folders of `$CONVFLOW_DATA`, and in the user's cache; else it is
    downloaded into the cache.

    Args:
        named_set: the data set.
        name: the name of one of its files.
        folder: where to look first. What is found there is taken as it is, without a checksum.

    Raises:
        errors.DataLossError: a damaged file was met, or every home served something else.
        errors.UnavailableError: the file is nowhere and no home could be reached.
    """
    file = named_set.file(name)
    search = locate.find(named_set, file, folder)
    if search.found is not None:
        return search.found
    return _download(named_set, file, search, folder)


def _download(named_set: NamedSet, file: DataFile, search: locate.Search, folder: str | Path | None) -> locate.Found:
    target = locate.cache_folder() / named_set.name / file.name
    problems: list[str] = []
    reached_all = True
    for home in named_set.homes:
        try:
            return locate.Found(target, download(home + file.name, target, file))
        except ChecksumError as reason:
            problems.append(f"{home}{file.name}: {reason}")
        except OSError as reason:
            reached_all = False
            problems.append(f"{home}{file.name}: {reason}")
    message = _not_found_message(named_set, file, search, problems, folder)
    if problems and reached_all:
        raise errors.DataLossError(None, None, message)
    raise errors.UnavailableError(None, None, message)


def download(url: str, target: Path, file: DataFile | None = None) -> bytes:
    """Downloads `url` to `target` and returns its uncompressed content.

    The bytes go to a temporary name beside `target` and are renamed once they are complete and verified, so
    that a download cut short leaves nothing behind.

    Args:
        url: the address.
        target: the path to write; its folder is made.
        file: what the bytes must be, or None to accept any that are complete.

    Raises:
        ChecksumError: the bytes are damaged, or not `file`.
        OSError: the address cannot be reached, or the target cannot be written.
    """
    return _downloaded(url, target, lambda path: _verified(path, url, file))


def download_archive(url: str, target: Path, sha256: str | None = None) -> str:
    """Downloads `url` to `target`, which may be too large for the memory; else as `download`.

    Args:
        sha256: what the file's must be, in hexadecimal; None if it is not known.

    Returns:
        The file's SHA-256.

    Raises:
        ChecksumError: it is another one.
        OSError: the address cannot be reached, or the target cannot be written.
    """
    return _downloaded(url, target, lambda path: checked_sha256(path, sha256))


def checked_sha256(path: Path, sha256: str | None) -> str:
    """A file's SHA-256 in hexadecimal; ChecksumError if another one is expected."""
    with path.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if sha256 is not None and found != sha256:
        raise ChecksumError(f"SHA-256 of the file is {found}, expected {sha256}")
    return found


def _downloaded(url: str, target: Path, check: Callable[[Path], _Checked]) -> _Checked:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            _copy_with_progress(url, out, target.name)
        checked = check(Path(temporary))
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return checked


def _verified(path: Path, url: str, file: DataFile | None) -> bytes:
    archive = path.read_bytes()
    try:
        content = compressed.unpack(archive, url)
    except errors.DataLossError as reason:
        raise ChecksumError(f"served {len(archive):,} bytes that are no complete gzip file") from reason
    problem = file.mismatch(archive, content) if file is not None else None
    if problem is not None:
        raise ChecksumError(f"served another file: {problem}")
    return content


def _copy_with_progress(url: str, out: Any, name: str) -> None:
    request = urllib.request.Request(url, headers={"User-Agent": "convflow"})
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    # On stderr: a program's own output stays what the program prints.
    console = Console(stderr=True)
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:
        expected = int(response.headers.get("Content-Length") or 0)
        received = 0
        with Progress(*columns, console=console) as progress:
            task = progress.add_task(name, total=expected or None)
            while chunk := response.read(_CHUNK_BYTES):
                out.write(chunk)
                received += len(chunk)
                progress.update(task, completed=received)
    if received < expected:
        raise urllib.error.URLError(f"the connection ended after {received:,} of {expected:,} bytes")


def _not_found_message(
    named_set: NamedSet, file: DataFile, search: locate.Search, problems: list[str], folder: str | Path | None
) -> str:
    target = (Path(folder) if folder is not None else locate.cache_folder() / named_set.name) / file.name
    source = f"on a machine with network access get {named_set.homes[0]}{file.name} and " if problems else ""
    lines = [f"{file.name} of the data set {named_set.name} is missing and could not be downloaded."]
    lines += ["Looked for it in:", *(f"  {place}" for place in search.looked)]
    lines += ["Tried to download it:", *(f"  {problem}" for problem in problems or ["it has no public home"])]
    lines += [
        f"What to do: {source}put it at {target}, or name a folder that has it in ${locate.DATA_VARIABLE}.",
        f"The data set has these files: {', '.join(each.name for each in named_set.files)}.",
    ]
    return "\n".join(lines)
