"""The machine the benchmarks run on, in words."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def description(threads: int) -> str:
    return (
        f"{processor()}, {os.cpu_count()} processors, {threads} threads each peer, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()} (the driver's)"
    )


def load() -> float:
    """Programs that wanted to run in the last minute, on average; not a number where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
