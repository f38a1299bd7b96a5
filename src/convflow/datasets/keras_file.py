"""Files that programs download and unpack by themselves (API: tf.keras.utils.get_file)."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from convflow.datasets.fetch import download_archive

_SHA256_DIGITS = 64


def get_file(
    fname: str,
    origin: str,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: Any = "auto",
    cache_dir: str | None = None,
) -> str:
    """A file in the user's folder `~/.keras`, downloaded if it is not there (API: tf.keras.utils.get_file).

    Args:
        fname: its name; a path is taken as it is.
        origin: its address.
        untar: unpack `fname`.tar.gz, and return the path without that ending.
        md5_hash: the older name of `file_hash`, with MD5.
        file_hash: what it must be, in hexadecimal; another file of that name is downloaded again.
        cache_subdir: the folder below `cache_dir`.
        hash_algorithm: "md5", "sha256", or "auto": by the length of the hash.
        extract: unpack it beside itself; the path returned is still the archive's.
        archive_format: "tar", "zip", a list of these, "auto" for both, None for none.
        cache_dir: instead of `~/.keras`.

    Returns:
        The path.

    Raises:
        Exception: the address cannot be reached. ValueError: another file was served.
    """
    file_hash, hash_algorithm = (md5_hash, "md5") if md5_hash and not file_hash else (file_hash, hash_algorithm)
    folder = (Path(cache_dir) if cache_dir else Path.home() / ".keras") / cache_subdir
    path = folder / (f"{fname}.tar.gz" if untar else fname)
    if not path.exists() or (file_hash and _digest(path, file_hash, hash_algorithm) != file_hash):
        _download(origin, path, file_hash, hash_algorithm)
    if untar:
        if not (folder / fname).exists():
            _unpack(path, folder, ["tar"])
        return str(folder / fname)
    if extract:
        _unpack(path, folder, _formats(archive_format))
    return str(path)


def _download(origin: str, path: Path, file_hash: str | None, algorithm: str) -> None:
    try:
        download_archive(origin, path)
    except OSError as reason:
        # TensorFlow's class for it.
        raise Exception(f"URL fetch failure on {origin}: {reason}. Lay the file at {path} to do without.") from reason
    found = _digest(path, file_hash, algorithm) if file_hash else None
    if found != file_hash:
        path.unlink()
        raise ValueError(f"{origin} served a file of hash {found}, expected {file_hash}. It was not kept.")


def _digest(path: Path, file_hash: str, algorithm: str) -> str:
    is_sha256 = algorithm == "sha256" or (algorithm == "auto" and len(file_hash) == _SHA256_DIGITS)
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256" if is_sha256 else "md5").hexdigest()


def _formats(given: Any) -> list[str]:
    if given == "auto":
        return ["tar", "zip"]
    return [given] if isinstance(given, str) else list(given or ())


def _unpack(path: Path, folder: Path, formats: list[str]) -> None:
    if "tar" in formats and tarfile.is_tarfile(path):
        with tarfile.open(path) as archive:
            # Members that lie outside of the folder are refused.
            archive.extractall(folder, filter="data")
    elif "zip" in formats and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as zipped:
            zipped.extractall(folder)
