"""Freed memory stays with the process, so that a step in steady state asks the system for none.

By default glibc hands every large buffer back to the system when it is freed and gets it anew, page by page, at the
next step: of a training step of a small convolutional network that is a quarter of the time.
"""

from __future__ import annotations

import ctypes
import functools
import os

VARIABLE = "CONVFLOW_KEEP_MEMORY"

# Parameters of glibc's mallopt.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
_NEVER = -1
_GROWTH_BYTES = 64 << 20


@functools.cache
def keep_freed_memory() -> bool:
    """Set the allocator for all of the process; whether it was done.

    Not with `CONVFLOW_KEEP_MEMORY=off` in the environment, not where glibc's own variables (`MALLOC_...`) say
    something, and not with another C library.
    """
    if os.environ.get(VARIABLE, "").lower() in ("off", "0") or any(name.startswith("MALLOC_") for name in os.environ):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    settings = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, _NEVER), (_TOP_PAD, _GROWTH_BYTES))
    return all(mallopt(parameter, value) == 1 for parameter, value in settings)
