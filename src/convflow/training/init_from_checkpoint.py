"""Variables that begin with values of a checkpoint (API: tf.train.init_from_checkpoint)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from convflow.core import logging
from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Tensor
from convflow.graph.scopes import device, get_collection
from convflow.modeling.variables.partitioned import PartitionedVariable
from convflow.modeling.variables.variable import Variable
from convflow.ops import checkpoint
from convflow.training.checkpoint_reader import CheckpointReader, checkpoint_prefix
from convflow.training.saveables import as_saveables
from convflow.training.saver_graph import assign_restored


def init_from_checkpoint(ckpt_dir_or_file: str | os.PathLike[str], assignment_map: Mapping[str, Any]) -> None:
    """Make variables' initializers read a checkpoint (API: tf.train.init_from_checkpoint).

    Args:
        ckpt_dir_or_file: a checkpoint's prefix, or a folder whose latest one is taken.
        assignment_map: by names in the checkpoint what they go to: a variable, its name, the list of its parts; or, for
            names ending in "/", a scope ending in "/" that has variables of the same names.

    Raises:
        ValueError: a name is in neither, shapes differ, or a key is of another form.
        NotFoundError: there is no such checkpoint.
    """
    path = checkpoint_prefix(ckpt_dir_or_file)
    reader = CheckpointReader(path)
    shapes = reader.get_variable_to_shape_map()
    for name in sorted(assignment_map):
        target = assignment_map[name]
        if isinstance(target, str) and (name.endswith("/") or target.endswith("/")):
            _init_scope(path, shapes, name, target)
        else:
            variable = _variable(target) if isinstance(target, str) else target
            _init(path, shapes, name, variable)


def _all_variables() -> dict[str, Any]:
    """The variables by their names in checkpoints; parts of one together."""
    named: dict[str, Any] = {}
    for variable in get_collection(GraphKeys.GLOBAL_VARIABLES):
        info = variable._get_save_slice_info()
        if info is None:
            named[variable.op.name] = variable
        else:
            named.setdefault(str(info.full_name), []).append(variable)
    return named


def _variable(name: str) -> Any:
    named = _all_variables()
    if name not in named:
        raise ValueError(f"Variable {name} not found in graph. It has {', '.join(sorted(named)) or 'none'}.")
    return named[name]


def _init_scope(path: str, shapes: Mapping[str, Any], source: str, target: str) -> None:
    if not target.endswith("/") or not source.endswith("/"):
        raise ValueError(
            f"Assignment map with scope only name {source or target} should map to scope only {target}. Should be "
            "'scope/': 'other_scope/'."
        )
    prefix = "" if target == "/" else target
    found = {name: variable for name, variable in _all_variables().items() if name.startswith(prefix)}
    if not found:
        raise ValueError(f"Tensor scope {target} has no variables in the graph.")
    start = "" if source == "/" else source
    for name, variable in sorted(found.items()):
        _init(path, shapes, start + name[len(prefix) :], variable)


def _init(path: str, shapes: Mapping[str, Any], name: str, variable: Any) -> None:
    parts = list(variable) if isinstance(variable, (list, tuple, PartitionedVariable)) else [variable]
    if not all(isinstance(part, Variable) for part in parts):
        raise ValueError(f"Expected a variable or the name of one for {name!r} in assignment_map, got {variable!r}.")
    if name not in shapes:
        raise ValueError(f"Tensor {name} is not found in {path} checkpoint {dict(sorted(shapes.items()))}")
    for saveable, part in zip(as_saveables({name: parts if _is_part(parts[0]) else parts[0]}), parts, strict=True):
        shape = list(saveable.shape.as_list() if not saveable.slice_spec else _full_shape(part))
        if shape != shapes[name]:
            raise ValueError(
                f"Shape of variable {part.name} ({shape}) doesn't match with shape of tensor {name} ({shapes[name]}) "
                f"from checkpoint reader {path}."
            )
        with device(part.device), device("/cpu:0"):
            (value,) = checkpoint.restore_v2(
                path, [name], [saveable.slice_spec], [saveable.dtype], name="checkpoint_initializer"
            )
        assigned = assign_restored(saveable, value)
        part._initializer_op = assigned.op if isinstance(assigned, Tensor) else assigned
        value.set_shape(saveable.shape)
        part._initial_value = value
        logging.debug("Initialize variable %s from checkpoint %s with %s", part.name, path, name)


def _is_part(variable: Variable) -> bool:
    return variable._get_save_slice_info() is not None


def _full_shape(variable: Variable) -> list[int]:
    info = variable._get_save_slice_info()
    return [] if info is None else list(info.full_shape)
