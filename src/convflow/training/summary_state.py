"""Where tf.contrib.summary writes in this thread, and whether."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _Here(threading.local):
    """The default writer, None if there is none; and what says whether its summaries are written.

    That is a bool, a bool tensor, or a function that returns one.
    """

    writer: Any = None
    is_recording: Any = False


here = _Here()


@contextmanager
def recording(is_recording: Any) -> Iterator[None]:
    """Within the block `is_recording` says whether summaries are written."""
    before, here.is_recording = here.is_recording, is_recording
    try:
        yield
    finally:
        here.is_recording = before


@contextmanager
def writing_to(writer: Any) -> Iterator[None]:
    """Within the block `writer` is the default one."""
    before, here.writer = here.writer, writer
    try:
        yield
    finally:
        here.writer = before
