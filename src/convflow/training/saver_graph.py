"""The nodes of a saver, and the `SaverDef` that names them."""

from __future__ import annotations

import functools
import re
import uuid
from typing import Any

from tensorboard.compat.proto import saver_pb2

from convflow.core.shape import scalar
from convflow.graph.apply import apply_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import colocate_with, control_dependencies, device, name_scope
from convflow.modeling.saveable_object import SaveableObject
from convflow.ops import checkpoint, resource, state
from convflow.ops.array import placeholder  # noqa: F401  # registers PlaceholderWithDefault
from convflow.ops.array.constant import constant
from convflow.ops.array.identity import group, identity
from convflow.ops.array.reshape import reshape as reshaped
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.select import where
from convflow.ops.string import string_join
from convflow.ops.string_regex import regex_full_match
from convflow.training.saveables import Saveable

_DEVICE_PART = re.compile(r"/device:[^/]*")
_CPU = "/device:CPU:0"
_V2 = saver_pb2.SaverDef.V2


def build_saver(
    saveables: list[Saveable],
    reshape: bool,
    sharded: bool,
    max_to_keep: int,
    keep_checkpoint_every_n_hours: float,
    name: str | None,
    filename: str | None,
    version: int,
) -> saver_pb2.SaverDef:
    """Add the nodes that save and restore `saveables` to their graph.

    Args:
        reshape: restore tensors of another shape with as many elements.
        sharded: write one part for each device, then merge.
        filename: the prefix if a run feeds none, "model" by default.
    """
    with name_scope(name, "save", [saveable.op for saveable in saveables]):
        prefix = _fed_string(filename or "model", "filename")
        # Fed by old programs under this name.
        prefix = _fed_string(prefix, "Const")
        if sharded:
            parts = _by_device(saveables)
            save_tensor = _save_parts(prefix, parts) if version == _V2 else _save_v1_parts(prefix, parts)
            restore_op = _restore_parts(prefix, parts, reshape)
        else:
            save_tensor = _save(prefix, saveables, version)
            restore_op = _restore(prefix, saveables, reshape, "restore_all")
    return saver_pb2.SaverDef(
        filename_tensor_name=prefix.name,
        save_tensor_name=save_tensor.name,
        restore_op_name=restore_op.name,
        max_to_keep=max_to_keep,
        keep_checkpoint_every_n_hours=keep_checkpoint_every_n_hours,
        sharded=sharded,
        version=version,
    )


def _fed_string(value: Any, name: str) -> Tensor:
    return apply_op("PlaceholderWithDefault", input=value, shape=scalar(), name=name)


def _save(prefix: Tensor, saveables: list[Saveable], version: int = _V2) -> Tensor:
    """The prefix, passed on when the checkpoint is written."""
    save = checkpoint.save_v2 if version == _V2 else functools.partial(checkpoint.save_slices, name="save")
    write = save(
        prefix,
        [saveable.name for saveable in saveables],
        [saveable.slice_spec for saveable in saveables],
        [saveable.tensor for saveable in saveables],
    )
    with (
        name_scope(None, "control_dependency", [prefix]) as scope,
        colocate_with(prefix),
        control_dependencies([write]),
    ):
        return identity(prefix, name=scope)


def _restore(prefix: Tensor, saveables: list[Saveable], reshape: bool, name: str) -> Operation:
    with device(_CPU):
        values = checkpoint.restore_v2(
            prefix,
            [saveable.name for saveable in saveables],
            [saveable.slice_spec for saveable in saveables],
            [saveable.dtype for saveable in saveables],
        )
    return group(*_put_back(saveables, values, reshape), name=name)


def _put_back(saveables: list[Saveable], values: list[Tensor], reshape: bool) -> list[Any]:
    """What assigns each variable, and what restores each object from its tensors, in the saveables' order."""
    made: list[Any] = []
    of_owners: dict[SaveableObject, list[Tensor]] = {}
    for saveable, value in zip(saveables, values, strict=True):
        if saveable.owner is None:
            made.append(assign_restored(saveable, value, reshape))
            continue
        tensors = of_owners.setdefault(saveable.owner, [])
        tensors.append(value)
        if len(tensors) == len(saveable.owner.specs):
            shapes = [spec.tensor.shape for spec in saveable.owner.specs] if reshape else None
            made.append(saveable.owner.restore(tensors, shapes))
    return made


def assign_restored(saveable: Saveable, value: Tensor, reshape: bool = False) -> Any:
    """The assignment of a restored value: the reference after it, or the operation."""
    if reshape:
        known = saveable.shape.is_fully_defined()
        value = reshaped(value, saveable.shape if known else shape_of(saveable.tensor))
    if saveable.is_resource:
        with device(saveable.device):
            return resource.assign_variable_op(saveable.reference, identity(value))
    validate = not reshape and saveable.shape.is_fully_defined()
    return state.assign(saveable.reference, value, validate_shape=validate)


def _by_device(saveables: list[Saveable]) -> list[tuple[str, list[Saveable]]]:
    groups: dict[str, list[Saveable]] = {}
    for saveable in saveables:
        groups.setdefault(saveable.device, []).append(saveable)
    return sorted(groups.items())


def _cpu_of(device_name: str) -> str:
    return _DEVICE_PART.sub("", device_name) + _CPU


def _save_parts(prefix: Tensor, parts: list[tuple[str, list[Saveable]]]) -> Tensor:
    # A folder cannot be renamed there.
    is_s3 = regex_full_match(prefix, "^s3://.*")
    temporary = string_join([prefix, where(is_s3, constant(".part"), constant(f"_temp_{uuid.uuid4().hex}/part"))])
    num_shards = constant(len(parts), name="num_shards")
    names, saved = [], []
    for shard, (device_name, saveables) in enumerate(parts):
        with device(_cpu_of(device_name)):
            names.append(checkpoint.sharded_filename(temporary, shard, num_shards))
            saved.append(_save(names[-1], saveables))
    with control_dependencies(saved), device(_cpu_of(parts[-1][0])):
        merged = checkpoint.merge_v2_checkpoints(names, prefix, delete_old_dirs=True)
        with control_dependencies([merged]):
            return identity(prefix)


def _save_v1_parts(prefix: Tensor, parts: list[tuple[str, list[Saveable]]]) -> Tensor:
    """The pattern of the files; each part stays one of its own."""
    num_shards = constant(len(parts), name="num_shards")
    saved = []
    for shard, (device_name, saveables) in enumerate(parts):
        with device(device_name):
            name = checkpoint.sharded_filename(prefix, shard, num_shards)
            saved.append(_save(name, saveables, saver_pb2.SaverDef.V1))
    with control_dependencies([tensor.op for tensor in saved]):
        return checkpoint.sharded_filespec(prefix, num_shards)


def _restore_parts(prefix: Tensor, parts: list[tuple[str, list[Saveable]]], reshape: bool) -> Operation:
    restored = []
    for device_name, saveables in parts:
        with device(device_name):
            restored.append(_restore(prefix, saveables, reshape, "restore_shard"))
    return group(*restored, name="restore_all")
