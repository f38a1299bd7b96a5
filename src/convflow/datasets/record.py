"""What is known of a named data set: its files, their checksums and its public homes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class DataFile:
    """One file of a data set.

    Args:
        name: the file's name at its public home.
        content_md5: MD5 of the uncompressed content, or "" when it is not published. It holds for every
            compression of the same content.
        archive_md5: MD5 of the file as its home serves it, or "".
    """

    name: str
    content_md5: str = ""
    archive_md5: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names the file may have on disk: as served, and unpacked by hand."""
        plain = self.name.removesuffix(".gz")
        # Archivers that split at the last dash write `train-images.idx3-ubyte`.
        dotted = plain.replace("-idx", ".idx")
        return tuple(dict.fromkeys((self.name, plain, dotted)))

    def mismatch(self, archive: bytes, content: bytes) -> str | None:
        """Why the bytes are not this file, or None when a checksum says they are."""
        figures = []
        for label, wanted, data in (
            ("content", self.content_md5, content),
            ("file", self.archive_md5, archive),
        ):
            if not wanted:
                continue
            found = hashlib.md5(data, usedforsecurity=False).hexdigest()
            if found == wanted:
                return None
            figures.append(f"MD5 of the {label} is {found}, expected {wanted}")
        return "; ".join(figures) or None


@dataclass(frozen=True)
class NamedSet:
    """A data set that is found, verified and downloaded by name.

    Args:
        name: its name, also the name of its folder below a data folder.
        homes: addresses that serve the files, each ending with a slash, the preferred one first.
        files: its files.
    """

    name: str
    homes: tuple[str, ...]
    files: tuple[DataFile, ...]

    def file(self, name: str) -> DataFile:
        """The file called `name`.

        Raises:
            KeyError: the set has no such file.
        """
        for file in self.files:
            if file.name == name:
                return file
        raise KeyError(f"{name!r} is not a file of {self.name}; it has {[file.name for file in self.files]}.")
