"""The errors of exporting, worded for the person who gave the command."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from typing import Any

from convflow.core import errors

_RANDOM = (
    "RandomUniform",
    "RandomStandardNormal",
    "TruncatedNormal",
    "RandomUniformInt",
    "Multinomial",
    "RandomShuffle",
)
_FLOW = (
    "Switch",
    "Merge",
    "Enter",
    "Exit",
    "NextIteration",
    "LoopCond",
    "If",
    "StatelessIf",
    "While",
    "StatelessWhile",
)
_NAMED = 5


def invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


def unimplemented(message: str) -> errors.UnimplementedError:
    return errors.UnimplementedError(None, None, message)


def unknown_name(kind: str, name: str, known: Collection[str], where: str) -> errors.NotFoundError:
    """A name that is not in the graph, with names that look like it."""
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    parts = [each for each in known if name.rpartition("/")[2] in each.split("/")][:3]
    similar = list(dict.fromkeys([*close, *parts]))
    advice = f"Did you mean {' or '.join(similar)}?" if similar else "Pass the name of one of its nodes."
    return errors.NotFoundError(None, None, f"{where} has no node {name!r}, which --{kind} names. {advice}")


def unsupported(ops: Iterable[Any], target: str) -> errors.UnimplementedError:
    """Nodes without a converter, by type, each kind with its advice."""
    by_type: dict[str, list[str]] = {}
    for op in ops:
        by_type.setdefault(op.type, []).append(op.name)
    lines = [f"  {kind}: {_listed(names)}" for kind, names in sorted(by_type.items())]
    return unimplemented(
        f"{target} cannot be written: the graph has nodes that export does not translate:\n" + "\n".join(lines) + "\n"
        f"{_advice(by_type)}"
    )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _advice(kinds: Collection[str]) -> str:
    if any(kind in _RANDOM for kind in kinds):
        return (
            "Random numbers belong to training (dropout). Fix the placeholder that turns it off, as in "
            "--set keep_prob=1.0 or --set is_training=False, or export a graph built with is_training=False."
        )
    if any(kind in _FLOW for kind in kinds):
        return (
            "Conditionals and loops are translated only where their predicate is known. Fix what it depends on, as in "
            "--set is_training=False, or choose --outputs before or after them."
        )
    return "Choose --inputs and --outputs so that the part between them does without these, or use --to graphdef."


def in_training(op: Any) -> errors.InvalidArgumentError:
    return invalid(
        f"{op.name} ({op.type}) normalises with the statistics of its batch: the graph was built for training. "
        "Expected an inference graph. Fix the placeholder that says so, as in --set is_training=False, or save the "
        "graph again, built with is_training=False."
    )


def unknown_shape(op: Any, tensor: Any, what: str) -> errors.UnimplementedError:
    """A size that must be known before the model is written."""
    return unimplemented(
        f"{op.name} ({op.type}) takes {tensor.name} of shape {tensor.shape}: {what} must be known when the model is "
        "written. Give the sizes of the inputs, as in --shape x=1,224,224,3."
    )


def unknown_value(op: Any, index: int) -> errors.UnimplementedError:
    """An argument that must be a constant."""
    return unimplemented(
        f"{op.name} ({op.type}) takes its argument {index} from {op.inputs[index].name}, which is computed while the "
        "network runs; here it must be known when the model is written. Give the sizes of the inputs, as in "
        "--shape x=1,224,224,3, or fix a placeholder with --set NAME=VALUE."
    )
