"""Checkpoints that TensorFlow and convflow both write and read: one program, given either of them as `tf`."""

from __future__ import annotations

import pathlib
import zlib
from typing import Any

import numpy as np

NUMBERS = (
    "float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
    "uint64", "bool", "complex64", "complex128",
)  # fmt: skip
SHARDS, VARIABLES = 3, 10_000


def _dtypes(tf: Any) -> list[dict[Any, Any]]:
    part = {name: np.arange(6).reshape(2, 3).astype(tf.as_dtype(name).as_numpy_dtype) for name in NUMBERS}
    return [part | {"string": np.array([b"", b"text", b"\x00\xff" * 70], object)}]


def _shards(tf: Any) -> list[dict[Any, Any]]:
    return [{f"shard_{n}/w": np.full([n + 1, 4], n, np.float32), f"v_{n}": np.int64(n)} for n in range(SHARDS)]


def _many(tf: Any) -> list[dict[Any, Any]]:
    return [{f"layer_{n // 10:04d}/variable_{n}": np.array([n, -n], np.float32) for n in range(VARIABLES)}]


def _partitioned(tf: Any) -> list[dict[Any, Any]]:
    """Two halves of one variable, each with the place that it has in the whole."""
    whole = np.arange(15, dtype=np.float32).reshape(5, 3)
    return [{("w", "5 3 0,3:0,3"): whole[:3], ("w", "5 3 3,2:0,3"): whole[3:], "x": np.float64(1)}]


CASES = {"partitioned": _partitioned, "dtypes": _dtypes, "shards": _shards, "many": _many}


def write(tf: Any, case: str, folder: pathlib.Path) -> None:
    """Write a checkpoint, its parts merged if there are several."""
    parts = CASES[case](tf)
    with tf.Graph().as_default(), tf.Session() as session:
        prefixes = [str(folder / (f"part_{n}" if len(parts) > 1 else case)) for n in range(len(parts))]
        for prefix, part in zip(prefixes, parts, strict=True):
            session.run(
                tf.raw_ops.SaveV2(
                    prefix=prefix,
                    tensor_names=[name if isinstance(name, str) else name[0] for name in part],
                    shape_and_slices=["" if isinstance(name, str) else name[1] for name in part],
                    tensors=[tf.constant(value) for value in part.values()],
                )
            )
        if len(parts) > 1:
            merged = tf.raw_ops.MergeV2Checkpoints(
                checkpoint_prefixes=prefixes, destination_prefix=str(folder / case), delete_old_dirs=False
            )
            session.run(merged)


def read(tf: Any, case: str, folder: pathlib.Path) -> bool:
    """Whether the checkpoint holds what was written."""
    reader = tf.train.NewCheckpointReader(str(folder / case))
    wanted: dict[str, Any] = {}
    for part in CASES[case](tf):
        for key, value in part.items():
            name = key if isinstance(key, str) else key[0]
            # The parts of a variable come back as one.
            wanted[name] = np.concatenate([wanted[name], value]) if name in wanted else value
    if set(reader.get_variable_to_shape_map()) != set(wanted):
        return False
    found = {name: np.asarray(reader.get_tensor(name)) for name in wanted}
    return all(
        np.array_equal(found[name], value) and (value.dtype == object or found[name].dtype == value.dtype)
        for name, value in wanted.items()
    )


def checksums(case: str, folder: pathlib.Path) -> dict[str, list[int]]:
    """Size and CRC32 of each of the checkpoint's files."""
    found = sorted(folder.glob(f"{case}.*"))
    return {path.name: [path.stat().st_size, zlib.crc32(path.read_bytes())] for path in found}
