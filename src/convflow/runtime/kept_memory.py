"""Freed memory stays with the process, so that a step in steady state asks the system for none.

By default glibc hands every large buffer back to the system when it is freed and gets it anew, page by page, at the
next step: of a training step of a small convolutional network that is a quarter of the time.

What is kept may as well lie in huge pages, of which the processor can find many more at a time: about 3 % of a training
step. Where the system gives them to who asks, the heap is grown far ahead once, which takes no memory before it is
used, and asks for them.
"""

from __future__ import annotations

import ctypes
import functools
import os
import sys
from pathlib import Path
from typing import Any

VARIABLE = "CONVFLOW_KEEP_MEMORY"

# Parameters of glibc's mallopt.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
_NEVER = -1
_GROWTH_BYTES = 64 << 20

_AHEAD_BYTES = 4 << 30
_HUGE_PAGE_BYTES = 2 << 20
_MADV_HUGEPAGE = 14
# Whether huge pages are for all, for who asks, or for none; and whether the system counts memory that is not used.
_WHO_GETS = Path("/sys/kernel/mm/transparent_hugepage/enabled")
_COUNTING = Path("/proc/sys/vm/overcommit_memory")


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
    is_set = all(mallopt(parameter, value) == 1 for parameter, value in settings)
    if is_set and _may_ask_for_huge_pages():
        _ask_for_huge_pages(ctypes.CDLL(None))
    return is_set


def _may_ask_for_huge_pages() -> bool:
    if sys.platform != "linux" or _is_limited():
        return False
    try:
        return "[madvise]" in _WHO_GETS.read_text() and _COUNTING.read_text().strip() != "2"
    except OSError:
        return False


def _is_limited() -> bool:
    import resource  # not on every system

    limits = (resource.RLIMIT_AS, resource.RLIMIT_DATA)
    return any(resource.getrlimit(limit)[0] != resource.RLIM_INFINITY for limit in limits)


def _ask_for_huge_pages(libc: Any) -> None:
    """Grow the heap, and have what it has grown by made of huge pages when it is first used.

    What a process with limits would count as its own is not asked for.
    """
    libc.sbrk.restype = libc.malloc.restype = ctypes.c_void_p
    libc.malloc.argtypes, libc.free.argtypes = [ctypes.c_size_t], [ctypes.c_void_p]
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    begin = -(-libc.sbrk(0) // _HUGE_PAGE_BYTES) * _HUGE_PAGE_BYTES
    libc.free(libc.malloc(_AHEAD_BYTES))
    grown = libc.sbrk(0) - begin
    if grown > 0:
        libc.madvise(begin, grown, _MADV_HUGEPAGE)
