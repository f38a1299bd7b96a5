"""What to say when a checkpoint, or a tensor in one, is not there."""

from __future__ import annotations

import contextlib
import difflib
import glob
import os
import re
from collections.abc import Sequence

from convflow.core import errors
from convflow.formats import table

_MOST_LISTED = 10
_MAGIC = table.MAGIC.to_bytes(8, "little")
_SUFFIX = re.compile(r"\.(index|meta|data-\d{5}-of-\d{5})$")


def error(prefix: str) -> errors.OpError:
    """The error for a checkpoint `prefix` that has no index."""
    return errors.NotFoundError(
        None,
        None,
        f"Unsuccessful TensorSliceReader constructor: Failed to find any matching files for {prefix}. "
        f"Looked for {prefix}.index and {prefix}.data-00000-of-*. {_advice(prefix)}",
    )


def is_table(path: str) -> bool:
    """Whether a file ends as a table does."""
    with contextlib.suppress(OSError), open(path, "rb") as file:
        file.seek(-len(_MAGIC), os.SEEK_END)
        return file.read() == _MAGIC
    return False


def missing_key(name: str, prefix: str, names: Sequence[str]) -> errors.OpError:
    """The error for a tensor `name` that the checkpoint `prefix` with tensors `names` does not hold."""
    close = difflib.get_close_matches(name, names, n=3)
    if close:
        advice = f"Close to it are {', '.join(close)}; save and restore under the same names."
    elif not names:
        advice = "It holds no tensors at all."
    else:
        advice = f"It holds {_list(names)}. Save and restore under the same names."
    return errors.NotFoundError(None, None, f"Key {name} not found in checkpoint {prefix}. {advice}")


def _advice(prefix: str) -> str:
    without_suffix = _SUFFIX.sub("", prefix)
    if without_suffix != prefix:
        return f"Pass the prefix that the checkpoint's files share: {without_suffix}"
    if glob.glob(glob.escape(prefix) + ".data-*"):
        return "Its data files are there, its index is not: the checkpoint was copied in part."
    folder = prefix if os.path.isdir(prefix) else os.path.dirname(prefix) or "."
    if not os.path.isdir(folder):
        return f"The folder {folder} does not exist."
    found = sorted(path.removesuffix(".index") for path in glob.glob(glob.escape(folder) + "/*.index"))
    if not found:
        return f"The folder {folder} holds no checkpoints."
    return f"The folder {folder} holds the checkpoints {_list(found)}. Pass one of them."


def _list(items: Sequence[str]) -> str:
    listed = ", ".join(items[:_MOST_LISTED])
    return listed if len(items) <= _MOST_LISTED else f"{listed} and {len(items) - _MOST_LISTED} more"
