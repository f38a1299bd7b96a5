"""What a run takes over from another: variables of a checkpoint, where name and shape agree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import convflow as tf
from convflow.core import errors
from convflow.tools.classifier.checkpoints import best_checkpoint
from convflow.tools.classifier.folder import CONFIG_FILE


@dataclass(frozen=True)
class Transfer:
    """What was taken over.

    Args:
        checkpoint: where from.
        taken: the variables that have its values now.
        left: the model's variables that begin anew: they are not in the checkpoint, or have another shape there.
    """

    checkpoint: str
    taken: tuple[str, ...]
    left: tuple[str, ...]


def checkpoint_of(start: str) -> str:
    """The checkpoint that `--from` means: a run's best one, a folder's latest one, or itself.

    Raises:
        errors.NotFoundError: there is none.
    """
    folder = Path(start)
    if (folder / CONFIG_FILE).is_file():
        found = best_checkpoint(folder) or tf.train.latest_checkpoint(start)
    elif folder.is_dir():
        found = tf.train.latest_checkpoint(start)
    else:
        found = start if tf.train.checkpoint_exists(start) else None
    if found is None:
        raise errors.NotFoundError(
            None,
            None,
            f"--from {start} is no checkpoint. The folder of a training run, a folder with checkpoints, or a "
            "checkpoint's name without .index or .data was expected.",
        )
    return found


def take_over(session: Any, start: str, variables: list[Any]) -> Transfer:
    """Gives the variables the values that a checkpoint has for them; the others stay as they are.

    Args:
        session: the variables are initialized in it.
        start: as `--from` says it.
        variables: those that may be taken over.

    Raises:
        errors.NotFoundError: there is no such checkpoint.
        errors.InvalidArgumentError: it has nothing for these variables.
    """
    checkpoint = checkpoint_of(start)
    shapes = dict(tf.train.list_variables(checkpoint))
    taken = [variable for variable in variables if shapes.get(variable.op.name) == variable.shape.as_list()]
    if not any(variable.trainable for variable in taken):
        names = ", ".join(list(shapes)[:10])
        raise errors.InvalidArgumentError(
            None,
            None,
            f"{checkpoint} has nothing for this model: none of its {len(shapes)} variables ({names}, ...) has the "
            "name and the shape of one that is trained here. A checkpoint of the same kind of model was expected.",
        )
    reader = tf.train.load_checkpoint(checkpoint)
    for variable in taken:
        variable.load(reader.get_tensor(variable.op.name), session)
    left = [variable for variable in variables if variable not in taken]
    return Transfer(checkpoint, _names(taken), _names(left))


def _names(variables: list[Any]) -> tuple[str, ...]:
    return tuple(variable.op.name for variable in variables)
