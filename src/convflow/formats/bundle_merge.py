"""Joining checkpoints that were written in parts into one (API: the op MergeV2Checkpoints)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from typing import Any

from google.protobuf.message import DecodeError

from convflow.core import errors
from convflow.formats import files, messages, missing_checkpoint, overwrite, table
from convflow.formats.bundle import data_path, index_path, is_whole

_HEADER_KEY = b""


class _Merge:
    """Collects the entries of the parts, and which data file becomes which shard."""

    def __init__(self) -> None:
        self.entries: dict[bytes, Any] = {}
        self.moves: list[str] = []
        self._version: Any = None

    def add_part(self, prefix: str) -> None:
        path = index_path(prefix)
        with files.os_errors("read the checkpoint's index", path), open(path, "rb") as file:
            found = dict(table.read_table(file.read(), path))
        first_shard = len(self.moves)
        header = _parsed(messages.BundleHeaderProto, found.pop(_HEADER_KEY, b""), path)
        self._version = header.version
        self.moves += [data_path(prefix, shard, header.num_shards) for shard in range(header.num_shards)]
        for key, value in found.items():
            entry = _parsed(messages.BundleEntryProto, value, path)
            if not entry.slices:
                entry.shard_id += first_shard
            self._add(key, entry)

    def header(self) -> Any:
        return messages.BundleHeaderProto(num_shards=len(self.moves), version=self._version)

    def _add(self, key: bytes, entry: Any) -> None:
        known = self.entries.get(key)
        if known is None:
            self.entries[key] = entry
            return
        if not known.slices or known.dtype != entry.dtype or known.shape != entry.shape:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Two parts of the checkpoint hold {key.decode(errors='replace')}, not as slices of one tensor. "
                "Each tensor belongs in one part.",
            )
        known.slices.extend(entry.slices)


def _parsed(message_class: Any, data: bytes, path: str) -> Any:
    try:
        return message_class.FromString(data)
    except DecodeError as error:
        raise errors.DataLossError(
            None, None, f"{path} is damaged: {error}. Write this part of the checkpoint again."
        ) from error


def merge_bundles(prefixes: Sequence[str], destination: str, allow_missing: bool = False) -> None:
    """Make the checkpoint `destination` of those of `prefixes`, which then are no more.

    Data files are renamed, not copied. The new index appears last, so that until then there is no
    `destination`, or the one from before.

    Args:
        allow_missing: pass over prefixes that have no index.

    Raises:
        NotFoundError: one of the checkpoints is not there.
        InvalidArgumentError: the same tensor in two of them.
    """
    merge = _Merge()
    parts = []
    for prefix in prefixes:
        if os.path.isfile(index_path(prefix)):
            parts.append(prefix)
            merge.add_part(prefix)
        elif not allow_missing:
            raise missing_checkpoint.error(prefix)
    index = index_path(destination)
    temporary = files.temporary_name(index)
    try:
        with files.os_errors("merge the parts of the checkpoint", destination):
            _write_index(temporary, merge)
            targets = [data_path(destination, shard, len(merge.moves)) for shard in range(len(merge.moves))]
            with overwrite.keeping(targets, lambda: is_whole(destination)):
                for path, target in zip(merge.moves, targets, strict=True):
                    os.replace(path, target)
                os.replace(temporary, index)
            for prefix in parts:
                os.remove(index_path(prefix))
    except BaseException:
        with contextlib.suppress(OSError):
            os.remove(temporary)
        raise


def _write_index(path: str, merge: _Merge) -> None:
    with open(path, "xb") as file:
        writer = table.TableWriter(file)
        writer.add(_HEADER_KEY, merge.header().SerializeToString())
        for key in sorted(merge.entries):
            writer.add(key, merge.entries[key].SerializeToString())
        writer.finish()
