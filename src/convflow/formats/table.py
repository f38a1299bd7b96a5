"""The sorted string table that holds a checkpoint's index (source: LevelDB's table format).

A table is a run of blocks and a footer. A block holds entries in key order, each saying how many bytes its
key shares with the one before; every sixteenth key is written whole (a restart). After a block come a byte
for its compression and the masked CRC32C of block and byte. The index block maps a key at or after the
last of each data block to that block's place; the footer holds the place of the index block.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from convflow.core import errors
from convflow.formats import crc, varint

BLOCK_SIZE = 256 * 1024  # TensorFlow's, LevelDB's own is 4096
RESTART_INTERVAL = 16
MAGIC = 0xDB4775248B80FB57
FOOTER_SIZE = 48

_NO_COMPRESSION = 0
_SNAPPY = 1
_TRAILER = struct.Struct("<BI")
_UINT32 = struct.Struct("<I")
_MAGIC = struct.Struct("<Q")


class _BlockBuilder:
    def __init__(self, restart_interval: int) -> None:
        self._restart_interval = restart_interval
        self.clear()

    def clear(self) -> None:
        self._data = bytearray()
        self._restarts = [0]
        self._since_restart = 0
        self._last_key = b""

    def add(self, key: bytes, value: bytes) -> None:
        shared = 0
        if self._since_restart < self._restart_interval:
            shared = _common_prefix(self._last_key, key)
        else:
            self._restarts.append(len(self._data))
            self._since_restart = 0
        self._data += varint.encode(shared) + varint.encode(len(key) - shared) + varint.encode(len(value))
        self._data += key[shared:]
        self._data += value
        self._last_key = key
        self._since_restart += 1

    @property
    def empty(self) -> bool:
        return not self._data

    def size(self) -> int:
        return len(self._data) + _UINT32.size * (len(self._restarts) + 1)

    def finish(self) -> bytes:
        numbers = [*self._restarts, len(self._restarts)]
        return bytes(self._data) + struct.pack(f"<{len(numbers)}I", *numbers)


class TableWriter:
    """Writes a table to a binary file object, uncompressed as TensorFlow's checkpoints are.

    Args:
        file: where the table goes, from its current position on; stays the caller's to close.
        block_size: bytes at which a data block is closed.
        restart_interval: entries from one whole key to the next.
    """

    def __init__(self, file: BinaryIO, block_size: int = BLOCK_SIZE, restart_interval: int = RESTART_INTERVAL) -> None:
        self._file = file
        self._offset = 0
        self._block_size = block_size
        self._restart_interval = restart_interval
        self._block = _BlockBuilder(restart_interval)
        self._index = _BlockBuilder(1)
        self._last_key: bytes | None = None
        self._pending_handle: bytes | None = None

    def add(self, key: bytes, value: bytes) -> None:
        """Appends an entry. Keys come in ascending order of their bytes, each once, else ValueError."""
        if self._last_key is not None and key <= self._last_key:
            raise ValueError(
                f"The keys of a table must ascend, got {key!r} after {self._last_key!r}. Sort the keys and "
                "add each of them once."
            )
        # The index entry of a finished block waits for the next key, which lets it be short.
        if self._pending_handle is not None and self._last_key is not None:
            self._index.add(_shortest_separator(self._last_key, key), self._pending_handle)
            self._pending_handle = None
        self._block.add(key, value)
        self._last_key = key
        if self._block.size() >= self._block_size:
            self._flush()

    def finish(self) -> None:
        """Writes what remains: the last data block, an empty block of properties, the index, the footer."""
        self._flush()
        properties_handle = self._write_block(_BlockBuilder(self._restart_interval))
        if self._pending_handle is not None and self._last_key is not None:
            self._index.add(_short_successor(self._last_key), self._pending_handle)
        index_handle = self._write_block(self._index)
        handles = (properties_handle + index_handle).ljust(FOOTER_SIZE - _MAGIC.size, b"\0")
        self._file.write(handles + _MAGIC.pack(MAGIC))

    def _flush(self) -> None:
        if not self._block.empty:
            self._pending_handle = self._write_block(self._block)
            self._block.clear()

    def _write_block(self, block: _BlockBuilder) -> bytes:
        contents = block.finish() + bytes([_NO_COMPRESSION])
        self._file.write(contents + _UINT32.pack(crc.masked_crc32c(contents)))
        handle = varint.encode(self._offset) + varint.encode(len(contents) - 1)
        self._offset += len(contents) + _UINT32.size
        return handle


def read_table(data: bytes, name: str) -> Iterator[tuple[bytes, bytes]]:
    """The entries of the table `data`, in key order.

    Args:
        data: the whole file.
        name: what error messages call it, usually its path.

    Raises:
        DataLossError: `data` is no table, or is damaged or cut short.
        UnimplementedError: a block is compressed.
    """
    index_handle = _read_footer(data, name)
    last_key: bytes | None = None
    for _, handle in _block_entries(_read_block(data, index_handle, name), name):
        for key, value in _block_entries(_read_block(data, handle, name), name):
            if last_key is not None and key <= last_key:
                raise _damaged(name, f"key {key!r} comes after {last_key!r}")
            yield key, value
            last_key = key


def _read_footer(data: bytes, name: str) -> bytes:
    if len(data) < FOOTER_SIZE:
        raise _damaged(name, f"it has {len(data)} bytes, a table has at least {FOOTER_SIZE}")
    footer = data[-FOOTER_SIZE:]
    (magic,) = _MAGIC.unpack_from(footer, FOOTER_SIZE - _MAGIC.size)
    if magic != MAGIC:
        raise _damaged(
            name, f"not an sstable (bad magic number): its last 8 bytes are {magic:#018x}, not {MAGIC:#018x}"
        )
    _, position = _decode_handle(footer, 0, name)
    return footer[position:]


def _decode_handle(data: bytes, position: int, name: str) -> tuple[tuple[int, int], int]:
    try:
        offset, position = varint.decode(data, position)
        size, position = varint.decode(data, position)
    except ValueError as error:
        raise _damaged(name, f"bad block handle: {error}") from error
    return (offset, size), position


def _read_block(data: bytes, handle: bytes, name: str) -> bytes:
    (offset, size), _ = _decode_handle(handle, 0, name)
    end = offset + size
    if end + _TRAILER.size > len(data):
        raise _damaged(name, f"the block at byte {offset} takes {size + _TRAILER.size} bytes, the file has {len(data)}")
    compression, stored = _TRAILER.unpack_from(data, end)
    computed = crc.masked_crc32c(data[offset : end + 1])
    if computed != stored:
        raise _damaged(
            name,
            f"the checksum of the block at byte {offset} is {computed:#010x}, the file says {stored:#010x}",
        )
    if compression == _NO_COMPRESSION:
        return data[offset:end]
    method = "Snappy" if compression == _SNAPPY else f"a method numbered {compression}"
    raise errors.UnimplementedError(
        None,
        None,
        f"The block at byte {offset} of {name} is compressed with {method}. Expected blocks as TensorFlow "
        "writes them since version 1.1, uncompressed. Load the checkpoint in the program that wrote it and "
        "save it again in format V2.",
    )


def _block_entries(block: bytes, name: str) -> Iterator[tuple[bytes, bytes]]:
    if len(block) < _UINT32.size:
        raise _damaged(name, f"a block has {len(block)} bytes, at least {_UINT32.size} are needed")
    (restarts,) = _UINT32.unpack_from(block, len(block) - _UINT32.size)
    end = len(block) - _UINT32.size * (restarts + 1)
    if end < 0:
        raise _damaged(name, f"a block of {len(block)} bytes claims {restarts} restarts")
    key, position = b"", 0
    while position < end:
        try:
            shared, position = varint.decode(block, position)
            unshared, position = varint.decode(block, position)
            value_size, position = varint.decode(block, position)
        except ValueError as error:
            raise _damaged(name, f"bad entry: {error}") from error
        value_start = position + unshared
        if shared > len(key) or value_start + value_size > end:
            raise _damaged(name, f"the entry before byte {position} of a block does not fit into it")
        key = key[:shared] + block[position:value_start]
        position = value_start + value_size
        yield key, block[value_start:position]


def _common_prefix(a: bytes, b: bytes) -> int:
    length = min(len(a), len(b))
    if a[:length] == b[:length]:
        return length
    return next(i for i in range(length) if a[i] != b[i])


def _shortest_separator(low: bytes, high: bytes) -> bytes:
    """A short key k with low <= k < high."""
    at = _common_prefix(low, high)
    if at < min(len(low), len(high)) and low[at] + 1 < high[at]:
        return low[:at] + bytes([low[at] + 1])
    return low


def _short_successor(key: bytes) -> bytes:
    """A short key at or after `key`."""
    for i, byte in enumerate(key):
        if byte != 0xFF:
            return key[:i] + bytes([byte + 1])
    return key


def _damaged(name: str, what: str) -> errors.OpError:
    return errors.DataLossError(
        None,
        None,
        f"{name} is damaged, cut short or no table: {what}. Use another checkpoint, or copy this one again "
        "from where it was made.",
    )
