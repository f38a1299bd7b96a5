"""Options that would change nothing: who gives one expects something else than what would happen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from convflow.core import errors
from convflow.tools.classifier.data import sources
from convflow.tools.classifier.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from convflow.tools.classifier.settings import Run

# setting -> (the setting that decides whether it is looked at, the values that look at it)
_USED_BY: dict[str, tuple[str, Collection[str]]] = {
    "momentum": ("optimizer", [name for name, optimizer in OPTIMIZERS.items() if optimizer.has_momentum]),
    "decay": ("schedule", ("step", "exponential", "plateau", "cosine")),
    "decay_at": ("schedule", ("step",)),
    "patience": ("schedule", ("plateau",)),
}
# A named set has its pictures and its test examples.
_NOT_FOR_NAMED_SETS = ("test", "image_size", "channels")


def option(field: str) -> str:
    """The command line's option that sets a field of `Run`."""
    return {"start": "--from", "train_only": "--train"}.get(field, f"--{field.replace('_', '-')}")


def refuse(run: Run, given: Mapping[str, Any]) -> None:
    """Refuses settings that were given although the run does not look at them.

    Args:
        run: the run as it would be.
        given: the settings that somebody chose; those of None were not.

    Raises:
        errors.InvalidArgumentError: names the option, its value and what makes it needless.
    """
    chosen = {field for field, value in given.items() if value is not None}
    for field, (decider, users) in _USED_BY.items():
        value = getattr(run, decider)
        if field in chosen and value not in users:
            reason = f"{option(decider)} {value} has no use for it"
            raise _needless(field, given, reason, f"Leave it out, or choose {' or '.join(users)}")
    if {"epochs", "steps"} <= chosen:
        raise _needless("epochs", given, f"--steps {run.steps} says how long the run is", "Leave one of them out")
    if sources.kind_of(run.data) == sources.NAMED:
        for field in _NOT_FOR_NAMED_SETS:
            if field in chosen:
                raise _needless(field, given, f"{run.data} has its own pictures and test set", "Leave it out")


def _needless(field: str, given: Mapping[str, Any], reason: str, advice: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(
        None, None, f"{option(field)} is {given[field]}; expected nothing: {reason}. {advice}."
    )
