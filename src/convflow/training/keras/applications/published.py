"""Files that Keras publishes: weights trained on ImageNet and the names of its classes.

They are looked for on this machine and are not downloaded: a network's weights have up to half a gigabyte.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from convflow.core import errors
from convflow.datasets import locate

BASE = "https://storage.googleapis.com/tensorflow/keras-applications/"


class Published(NamedTuple):
    """A file: its name, the address it is published at, and its MD5 digest where one is published."""

    name: str
    address: str
    md5: str | None = None


def of_network(folder: str, name: str, with_top: str | None, without_top: str | None) -> tuple[Published, Published]:
    """The two weight files of most networks, by their digests: with the classifier and without it."""
    start = f"{name}_weights_tf_dim_ordering_tf_kernels"
    files = ((f"{start}.h5", with_top), (f"{start}_notop.h5", without_top))
    full, bare = (Published(file, f"{BASE}{folder}/{file}", digest) for file, digest in files)
    return full, bare


def find(file: Published) -> Path:
    """A published file in `~/.keras/models` or in a folder of `$CONVFLOW_DATA`.

    Raises:
        errors.UnavailableError: it is in none of them, or what is there under its name has another digest.
    """
    shared = locate.data_folders()
    folders = [Path.home() / ".keras" / "models", *shared, *(folder / "models" for folder in shared)]
    looked = []
    for folder in folders:
        path = folder / file.name
        if not path.is_file():
            looked.append(str(folder))
        elif file.md5 is None or digest(path, "md5") == file.md5:
            return path
        else:
            looked.append(f"{folder} (the file there is another one: its MD5 digest is not {file.md5})")
    raise errors.UnavailableError(
        None,
        None,
        f"{file.name} is not on this machine: looked in {', '.join(looked)}. It is published at {file.address}. Put it "
        f"into {folders[0]} or into a folder of ${locate.DATA_VARIABLE}, or pass weights=None for random weights.",
    )


def digest(path: Path, algorithm: str) -> str:
    """A file's digest as hexadecimal digits; `algorithm` is one of hashlib's."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()
