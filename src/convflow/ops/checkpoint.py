"""Nodes that write and read checkpoints (API: what tf.train.Saver builds).

Prefixes, names and slices arrive as arrays of bytes; a slice is "" for a whole tensor, else the full shape
and the slice, as `formats.tensor_slice` reads them.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.core import errors, values
from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape, unknown_shape, vector
from convflow.formats.bundle import BundleWriter
from convflow.formats.bundle_merge import merge_bundles
from convflow.formats.bundle_v1 import open_checkpoint
from convflow.formats.bundle_v1_writer import V1Writer
from convflow.formats.tensor_slice import parse_shape_and_slice
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules


def save_v2(prefix: Any, tensor_names: Any, shape_and_slices: Any, tensors: Any, name: str | None = None) -> Operation:
    """Write tensors under the given names into the checkpoint `prefix`."""
    return apply_op(
        "SaveV2",
        prefix=prefix,
        tensor_names=tensor_names,
        shape_and_slices=shape_and_slices,
        tensors=tensors,
        name=name,
    )


def _save_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 0, "prefix")
    count = vector(ctx.num_inputs - 3)
    for index, what in ((1, "tensor_names"), (2, "shape_and_slices")):
        if not ctx.input(index).is_compatible_with(count):
            raise ValueError(f"{what} has shape {ctx.input(index)}, but there are {count[0]} tensors to save.")
    return []


def _make_folder(prefix: str) -> None:
    # One level only, as TensorFlow does: a mistyped path should not grow a tree.
    folder = os.path.dirname(prefix)
    if folder and not os.path.isdir(folder):
        with contextlib.suppress(OSError):
            os.mkdir(folder)


def _save_kernel(op: Operation, store: Any) -> Callable[..., None]:
    return _writing(op.attrs["dtypes"], BundleWriter)


def _writing(types: list[DType], writer_of: Callable[[str], Any]) -> Callable[..., None]:
    """The kernel that writes tensors of these types with a writer of the checkpoint's path."""

    def compute(prefix: np.ndarray, names: np.ndarray, slices: np.ndarray, *tensors: Any) -> None:
        if not names.shape == slices.shape == (len(tensors),):
            raise ValueError("the number of names, slices and tensors differ")
        path = os.fsdecode(prefix.item())
        _make_folder(path)
        with writer_of(path) as writer:
            for name, slice_text, dtype, tensor in zip(names, slices, types, tensors, strict=True):
                array = values.to_numpy(tensor)
                if slice_text:
                    shape, part = parse_shape_and_slice(slice_text.decode())
                    writer.add_slice(name.decode(), shape, part, array, dtype)
                else:
                    writer.add(name.decode(), array, dtype)

    return compute


register_op(
    "SaveV2",
    inputs="prefix: string; tensor_names: string; shape_and_slices: string; tensors: (dtypes...)",
    attrs="dtypes: list(type) >= 1",
    shape=_save_shape,
    kernel=_save_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)


def save_slices(
    filename: Any, tensor_names: Any, shapes_and_slices: Any, data: Any, name: str | None = None
) -> Operation:
    """Write tensors under the given names into the file `filename`, a checkpoint of format V1."""
    return apply_op(
        "SaveSlices",
        filename=filename,
        tensor_names=tensor_names,
        shapes_and_slices=shapes_and_slices,
        data=data,
        name=name,
    )


def _save_slices_kernel(op: Operation, store: Any) -> Callable[..., None]:
    return _writing(op.attrs["T"], V1Writer)


register_op(
    "SaveSlices",
    inputs="filename: string; tensor_names: string; shapes_and_slices: string; data: (T...)",
    attrs="T: list(type) >= 1",
    shape=_save_shape,
    kernel=_save_slices_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)


def restore_v2(
    prefix: Any, tensor_names: Any, shape_and_slices: Any, dtypes: Any, name: str | None = None
) -> list[Tensor]:
    """Read tensors of the given names and types from the checkpoint `prefix`."""
    return apply_op(
        "RestoreV2",
        prefix=prefix,
        tensor_names=tensor_names,
        shape_and_slices=shape_and_slices,
        dtypes=dtypes,
        name=name,
    )


def _restore_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 0, "prefix")
    count = len(ctx.attr("dtypes"))
    for index, what in ((1, "tensor_names"), (2, "shape_and_slices")):
        if not ctx.input(index).is_compatible_with([count]):
            raise ValueError(f"{what} has shape {ctx.input(index)}, but {count} tensors are read.")
    slices = ctx.constant(2)
    return [unknown_shape()] * count if slices is None else [_slice_shape(text) for text in slices]


def _slice_shape(text: bytes) -> TensorShape:
    if not text:
        return unknown_shape()
    shape, part = parse_shape_and_slice(text.decode())
    return TensorShape(np.broadcast_to(np.empty(()), shape)[part.indices(shape)].shape)


def _restore_kernel(op: Operation, store: Any) -> Callable[..., tuple[Any, ...]]:
    types: list[DType] = op.attrs["dtypes"]

    def compute(prefix: np.ndarray, names: np.ndarray, slices: np.ndarray) -> tuple[Any, ...]:
        if not names.shape == slices.shape == (len(types),):
            raise ValueError("the number of names, slices and types differ")
        reader = open_checkpoint(os.fsdecode(prefix.item()))
        return tuple(
            _read(reader, name.decode(), slice_text.decode(), dtype)
            for name, slice_text, dtype in zip(names, slices, types, strict=True)
        )

    return compute


def _read(reader: Any, name: str, slice_text: str, dtype: DType) -> Any:
    stored = reader.dtype(name)
    if stored is not dtype:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"tensor_name = {name}; expected dtype {dtype.name} does not equal original dtype {stored.name} in "
            f"the checkpoint {reader.prefix}. Restore it into a variable of type {stored.name}.",
        )
    if not slice_text:
        return values.from_numpy(reader.read(name))
    shape, part = parse_shape_and_slice(slice_text)
    if reader.shape(name).as_list() != shape:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"tensor_name = {name}; shape in shape_and_slice spec {shape} does not match the shape stored in "
            f"the checkpoint {reader.prefix}: {reader.shape(name).as_list()}.",
        )
    return values.from_numpy(np.ascontiguousarray(reader.read(name)[part.indices(shape)]))


register_op(
    "RestoreV2",
    inputs="prefix: string; tensor_names: string; shape_and_slices: string",
    outputs="tensors: (dtypes...)",
    attrs="dtypes: list(type) >= 1",
    shape=_restore_shape,
    kernel=_restore_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)


def sharded_filename(basename: Any, shard: Any, num_shards: Any, name: str | None = None) -> Tensor:
    """The name of one part of a file in parts: basename-00000-of-00002."""
    return apply_op("ShardedFilename", basename=basename, shard=shard, num_shards=num_shards, name=name)


def _three_scalars(ctx: InferenceContext) -> list[TensorShape]:
    for index, what in enumerate(("basename", "shard", "num_shards")):
        rules.with_rank(ctx.input(index), 0, what)
    return rules.scalar_output(ctx)


def _sharded_filename_compute(basename: np.ndarray, shard: Any, num_shards: Any) -> np.ndarray:
    result = np.empty((), dtype=object)
    result[()] = basename.item() + b"-%05d-of-%05d" % (shard.item(), num_shards.item())
    return result


register_op(
    "ShardedFilename",
    inputs="basename: string; shard: int32; num_shards: int32",
    outputs="filename: string",
    shape=_three_scalars,
    kernel=lambda op: _sharded_filename_compute,
    gradient=NO_GRADIENT,
)


def sharded_filespec(basename: Any, num_shards: Any, name: str | None = None) -> Tensor:
    """The pattern of all parts of a file in parts: basename-?????-of-00002."""
    return apply_op("ShardedFilespec", basename=basename, num_shards=num_shards, name=name)


def _two_scalars(ctx: InferenceContext) -> list[TensorShape]:
    for index, what in enumerate(("basename", "num_shards")):
        rules.with_rank(ctx.input(index), 0, what)
    return rules.scalar_output(ctx)


def _sharded_filespec_compute(basename: np.ndarray, num_shards: Any) -> np.ndarray:
    result = np.empty((), dtype=object)
    result[()] = basename.item() + b"-?????-of-%05d" % num_shards.item()
    return result


register_op(
    "ShardedFilespec",
    inputs="basename: string; num_shards: int32",
    outputs="filename: string",
    shape=_two_scalars,
    kernel=lambda op: _sharded_filespec_compute,
    gradient=NO_GRADIENT,
)


def merge_v2_checkpoints(
    checkpoint_prefixes: Any,
    destination_prefix: Any,
    delete_old_dirs: bool = True,
    allow_missing_files: bool = False,
    name: str | None = None,
) -> Operation:
    """Make one checkpoint of several that were written in parts."""
    return apply_op(
        "MergeV2Checkpoints",
        checkpoint_prefixes=checkpoint_prefixes,
        destination_prefix=destination_prefix,
        delete_old_dirs=delete_old_dirs,
        allow_missing_files=allow_missing_files,
        name=name,
    )


def _merge_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 1, "checkpoint_prefixes")
    rules.with_rank(ctx.input(1), 0, "destination_prefix")
    return []


def _merge_kernel(op: Operation, store: Any) -> Callable[..., None]:
    delete_folders, allow_missing = op.attrs["delete_old_dirs"], op.attrs["allow_missing_files"]

    def compute(prefixes: np.ndarray, destination: np.ndarray) -> None:
        target = os.fsdecode(destination.item())
        sources = [os.fsdecode(prefix) for prefix in prefixes]
        merge_bundles(sources, target, allow_missing)
        if delete_folders:
            for folder in {os.path.dirname(source) for source in sources} - {os.path.dirname(target)}:
                # A folder that holds anything else stays.
                with contextlib.suppress(OSError):
                    os.rmdir(folder)

    return compute


register_op(
    "MergeV2Checkpoints",
    inputs="checkpoint_prefixes: string; destination_prefix: string",
    attrs="delete_old_dirs: bool = true; allow_missing_files: bool = false",
    shape=_merge_shape,
    kernel=_merge_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)
