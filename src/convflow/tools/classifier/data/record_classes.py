"""What the classes of record files are called, and whether each of them has examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from convflow.core import errors
from convflow.slim.datasets import dataset_utils
from convflow.tools.classifier.data.splitting import TRAIN, Labelled

# ImageNet's records count their classes from 1; 0 is what is none of them.
_BACKGROUND = "background"
_NAMED = 5


def class_names(
    folder: Path, parts: Mapping[str, Sequence[Labelled]], texts: Mapping[int, str], where: str
) -> tuple[str, ...]:
    """What the labels 0, 1, 2, ... stand for: as labels.txt says, else as the examples say, else their numbers.

    Class 0 may be without examples if it is called background, or if nothing names the classes.

    Args:
        folder: where labels.txt is looked for.
        parts: the examples, `train` among them.
        texts: the classes in the words of their examples, "" where these have none.
        where: what errors call the files.

    Raises:
        errors.InvalidArgumentError: labels.txt is not as expected, there is one class only, a class has no training
            examples, or other examples have a class that is not trained on.
    """
    trained = {example.label for example in parts[TRAIN]}
    if len(trained) < 2:
        found = f"one class only, {next(iter(trained))}" if trained else "no examples"
        raise _invalid(f"{where} has {found}.", "pictures of at least two classes", "Add files with other classes.")
    names = read_labels(folder)
    _check_known(parts, trained, where)
    absent = _absent(trained, names)
    if absent:
        listed = ", ".join(f"{label} ({names[label]!r})" if label in names else str(label) for label in absent[:_NAMED])
        more = f" and {len(absent) - _NAMED} more" if len(absent) > _NAMED else ""
        raise _invalid(
            f"{where} has no training examples of the class {listed}{more}.",
            "examples of every class from 0 on, or of every class that labels.txt names",
            "Add them, or number the classes without gaps.",
        )
    count = max(trained | names.keys()) + 1
    return tuple(names.get(label) or texts.get(label) or _unnamed(label, trained) for label in range(count))


def _unnamed(label: int, trained: set[int]) -> str:
    return str(label) if label in trained else _BACKGROUND


def _absent(trained: set[int], names: Mapping[int, str]) -> list[int]:
    """The first classes without training examples."""
    # No further than there are classes: a damaged label may be any number.
    absent = [label for label in range(len(trained) + 1) if label not in trained and label < max(trained)]
    absent += [label for label in sorted(names) if label not in trained and label not in absent]
    return [label for label in absent if label or names.get(0, _BACKGROUND) != _BACKGROUND]


def _check_known(parts: Mapping[str, Sequence[Labelled]], trained: set[int], where: str) -> None:
    for part, examples in parts.items():
        unknown = sorted({example.label for example in examples} - trained)
        if unknown:
            raise _invalid(
                f"The {part} examples of {where} have the class {unknown[0]}, which the training examples lack.",
                "the classes that are trained on",
                "Add training examples of it, or leave it out.",
            )


def read_labels(folder: Path) -> dict[int, str]:
    """The names in labels.txt by their numbers; none if there is no such file.

    Raises:
        errors.InvalidArgumentError: it is not as expected.
    """
    if not dataset_utils.has_labels(str(folder)):
        return {}
    try:
        return dataset_utils.read_label_file(str(folder))
    except UnicodeDecodeError as reason:
        raise _invalid(f"{folder / 'labels.txt'} is no text: {reason}.", "UTF-8", "Save it so.") from reason
    except ValueError as reason:
        raise errors.InvalidArgumentError(None, None, str(reason)) from reason


def _invalid(found: str, expected: str, advice: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, f"{found} Expected {expected}. {advice}")
