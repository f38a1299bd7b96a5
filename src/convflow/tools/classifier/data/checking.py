"""Whether pictures can be read, found out before the training begins."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import simplejpeg
from PIL import Image

from convflow.core import errors
from convflow.formats.files import os_errors
from convflow.tools.classifier.data import decoding

T = TypeVar("T")

_HEAD = 1 << 15
TAIL = 1 << 12
_THREADS = 4
_SMALL = (8, 8, 3)


def quick_problem(path: str) -> str | None:
    """What keeps a picture file from being read, by its beginning and its end; None if nothing is seen.

    JPEG and PNG files are recognized whole by their headers and end marks. Other files are decoded.
    """
    with os_errors("read the picture", path), open(path, "rb") as file:
        head = file.read(_HEAD)
        file.seek(max(file.seek(0, io.SEEK_END) - TAIL, 0))
        tail = file.read()
    return None if looks_whole(head, tail) else thorough_problem(path)


def thorough_problem(path: str) -> str | None:
    """What keeps a picture file from being read, found by decoding it; None if nothing does."""
    with os_errors("read the picture", path):
        contents = Path(path).read_bytes()
    return problem_in(contents)


def problem_in(contents: bytes) -> str | None:
    """What keeps a picture in memory from being read, found by decoding it; None if nothing does."""
    try:
        # All bytes are read for the smallest of pictures too.
        decoding.decode(contents, _SMALL)
    except decoding.Unreadable as reason:
        return str(reason)
    return None


def looks_whole(head: bytes, tail: bytes) -> bool:
    """Whether a file that begins and ends like this is surely a JPEG or PNG picture, and not cut short."""
    if head.startswith(b"\xff\xd8"):
        # Nowhere within a picture's data do these two bytes stand together.
        return b"\xff\xd9" in tail and _has_jpeg_header(head)
    return head.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in tail and _has_png_header(head)


def _has_jpeg_header(head: bytes) -> bool:
    try:
        simplejpeg.decode_jpeg_header(head)
    except ValueError:
        return False
    return True


def _has_png_header(head: bytes) -> bool:
    try:
        Image.open(io.BytesIO(head))
    except Exception:  # it is decoded then, which tells what is wrong
        return False
    return True


def without_unreadable(
    items: Sequence[T], problem: Callable[[T], str | None], name: Callable[[T], str], skip: bool, where: str
) -> tuple[list[T], list[str]]:
    """The items whose picture can be read, and a line about each of the others.

    Args:
        items: what to look at.
        problem: what keeps an item's picture from being read.
        name: what a person calls an item.
        skip: leave unreadable ones out; otherwise the first is an error.
        where: what they are part of.

    Raises:
        errors.DataLossError: `skip` is False and a picture cannot be read.
    """
    with ThreadPoolExecutor(_THREADS, "convflow-check") as threads:
        problems = list(threads.map(problem, items))
    lines = [f"{name(item)}: {what}" for item, what in zip(items, problems, strict=True) if what]
    if lines and not skip:
        raise unreadable(lines, where)
    return [item for item, what in zip(items, problems, strict=True) if not what], lines


def unreadable(lines: list[str], where: str) -> errors.DataLossError:
    """The error for pictures of which there is a line each; it names the first."""
    others = "" if len(lines) == 1 else f" {len(lines) - 1} more of {where} cannot either."
    return errors.DataLossError(
        None,
        None,
        f"A picture cannot be read. {lines[0]}.{others} Expected whole pictures, such as JPEG or PNG files. "
        "Repair or remove what is damaged, or leave it out with --skip-bad.",
    )


def skipped_note(lines: Iterable[str]) -> tuple[str, ...]:
    """What a person should know about pictures that were left out; nothing if none was."""
    left_out = list(lines)
    if not left_out:
        return ()
    count = "1 picture that cannot be read was" if len(left_out) == 1 else f"{len(left_out)} unreadable pictures were"
    return ("\n  ".join([f"{count} left out:", *left_out]),)
