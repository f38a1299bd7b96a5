"""Random numbers for what a program gave no seed: one iterator's come from one number, which can be saved with it."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_BITS = 64
_current: ContextVar[random.Random | None] = ContextVar("dataset entropy", default=None)


def fresh_seed() -> int:
    """A number from the operating system's randomness."""
    return secrets.randbits(_BITS)


@contextmanager
def drawing(generator: random.Random) -> Iterator[None]:
    """Inside, `seed` draws from `generator`."""
    token = _current.set(generator)
    try:
        yield
    finally:
        _current.reset(token)


def seed() -> int:
    """A seed for a dataset that has none: from the iterator that reads, else from the operating system."""
    generator = _current.get()
    return fresh_seed() if generator is None else generator.getrandbits(_BITS)
