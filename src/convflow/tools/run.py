"""Runs an unmodified TensorFlow 1 program, as `python` would, with convflow in TensorFlow's place."""

from __future__ import annotations

import builtins
import functools
import importlib
import importlib.util
import linecache
import os
import runpy
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from convflow.core import errors
from convflow.tools import alias, folding, notebook, python2, python2_code
from convflow.tools.period.hooks import PeriodFinder
from convflow.tools.period.offer import Offer
from convflow.tools.program_modules import ProgramFinder

_USAGE_ERROR = 2
_INTERRUPTED = 130


def run_program(path: str, arguments: Sequence[str] = (), library: str = "convflow", period_names: bool = True) -> int:
    """Runs a Python file or a Jupyter notebook as `__main__`.

    `import tensorflow` gives convflow in it (see `convflow.tools.alias`). As with `python`, `sys.argv` is
    the path and the arguments, `sys.path[0]` the file's folder, and an error that nobody catches goes through
    `sys.excepthook`. The state of the interpreter is not put back afterwards: exit handlers and threads of
    the program still need it.

    Args:
        path: a Python file, or a notebook if it ends with .ipynb.
        arguments: what follows the path on the command line.
        library: the package that `tensorflow` stands for.
        period_names: offer the program names that NumPy, Python and others have dropped (see `convflow.tools.period`).

    Returns:
        The exit status: 0, what the program gave to `sys.exit`, 1 after an error, 130 after Ctrl-C, 2 when
        the file cannot be read.
    """
    try:
        code = _read_program(path)
    except OSError as reason:
        print(f"convflow run: can't open file {path!r}: {reason.strerror or reason}", file=sys.stderr)
        return _USAGE_ERROR
    except errors.OpError as reason:
        print(f"convflow run: {reason.message}", file=sys.stderr)
        return _USAGE_ERROR
    _become_main(path, arguments)
    _choose_matplotlib_backend()
    sys.excepthook = folding.excepthook
    alias.install(library)
    offer = _offer_names(period_names)
    return _execute(code, sys.modules["__main__"], offer)


def run_module(name: str, arguments: Sequence[str] = (), library: str = "convflow", period_names: bool = True) -> int:
    """Runs a module as `python -m` does, with convflow in TensorFlow's place.

    A module of `tensorflow` is one of its tools (`tensorflow.python.tools.freeze_graph`): its command line runs.

    Returns:
        The exit status, as of `run_program`; 2 for a module that does not exist or is no tool.
    """
    if not sys.flags.safe_path:
        sys.path[0] = os.getcwd()
    _choose_matplotlib_backend()
    sys.excepthook = folding.excepthook
    alias.install(library)
    offer = _offer_names(period_names)
    is_tool = name.partition(".")[0] == "tensorflow"
    command: Callable[[], Any] | None = None
    try:
        # A tool's modules hold no code of their own, so that runpy would find none to run.
        if is_tool:
            command = importlib.import_module(name).__dict__.get("run_main")
        elif importlib.util.find_spec(name) is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        print(f"convflow run: {error}", file=sys.stderr)
        return _USAGE_ERROR
    if is_tool and command is None:
        print(f"convflow run: {name} has no command line: it is a module to import.", file=sys.stderr)
        return _USAGE_ERROR
    sys.argv = [name, *arguments]
    return _called(command or functools.partial(_run_as_main, name, offer))


def _run_as_main(name: str, offer: Offer | None) -> None:
    runpy.run_module(name, python2_code.operators(offer), run_name="__main__", alter_sys=True)


def _called(command: Callable[[], Any]) -> int:
    try:
        return _status(command())
    except SystemExit as request:
        return _status(request.code)
    except BaseException as error:
        sys.stdout.flush()
        sys.excepthook(type(error), error, error.__traceback__)
        return _INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1


# What runs one after the other: a file name and Python source.
_Program = list[tuple[str, bytes | str]]


def _read_program(path: str) -> _Program:
    # Absolute, as `python` shows it: the program may change its folder before the traceback is read.
    path = os.path.abspath(path)
    if not path.endswith(".ipynb"):
        return [(path, Path(path).read_bytes())]
    program: _Program = []
    for cell in notebook.read_cells(path):
        name = f"{path}, code cell {cell.number}"
        # Without this, tracebacks could not show the lines: there is no such file.
        linecache.cache[name] = (len(cell.source), None, cell.source.splitlines(keepends=True), name)
        program.append((name, cell.source))
        for number, line in cell.skipped:
            print(f"convflow run: skipped in {name}, line {number}: {line}", file=sys.stderr)
    return program


def _become_main(path: str, arguments: Sequence[str]) -> None:
    main = ModuleType("__main__")
    main.__file__ = os.path.abspath(path)
    main.__builtins__ = builtins  # type: ignore[attr-defined]
    main.__cached__ = None  # type: ignore[attr-defined]
    main.__spec__ = None
    if path.endswith(".ipynb"):
        # Jupyter's own function, there without an import.
        main.display = print  # type: ignore[attr-defined]
    else:
        main.__loader__ = SourceFileLoader("__main__", main.__file__)
    sys.modules["__main__"] = main
    sys.argv = [path, *arguments]
    if not sys.flags.safe_path:
        sys.path[0] = str(Path(path).resolve().parent)


def _choose_matplotlib_backend() -> None:
    """Pictures go to files where there is no screen; matplotlib's own choice everywhere else."""
    has_display = sys.platform in ("win32", "darwin") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if not has_display:
        os.environ.setdefault("MPLBACKEND", "Agg")


def _offer_names(period_names: bool) -> Offer | None:
    """Has the program's modules loaded as it is, and names that are gone offered to them if so wished."""
    offer = Offer() if period_names else None
    ProgramFinder(offer).install()
    if offer is not None:
        PeriodFinder(offer).install()
    return offer


def _execute(program: _Program, main: ModuleType, offer: Offer | None) -> int:
    try:
        for name, source in program:
            code = python2_code.compile_program(source, name, by_names=offer is not None)
            python2_code.prepare(code, main.__dict__, offer)
            exec(code, main.__dict__)
    except SystemExit as request:
        return _status(request.code)
    except BaseException as error:
        _report(error, {name for name, _ in program})
        return _INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _status(code: Any) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code
    print(code, file=sys.stderr)
    return 1


def _report(error: BaseException, own_files: set[str]) -> None:
    if isinstance(error, SyntaxError) and python2.looks_like_it(error):
        error.add_note(_python_2_advice(str(error.filename)))
    trace = _from_program(error.__traceback__, own_files)
    sys.stdout.flush()
    sys.excepthook(type(error), error.with_traceback(trace), trace)


def _python_2_advice(filename: str) -> str:
    convert = f"`2to3 -w {filename}`" if filename.endswith(".py") else "2to3"
    return f"{filename} looks like Python 2. Convert it first, with {convert} (part of Python up to 3.12)."


def _from_program(trace: TracebackType | None, own_files: set[str]) -> TracebackType | None:
    """The traceback from the program's own first frame on; none if the program did not start."""
    while trace is not None and trace.tb_frame.f_code.co_filename not in own_files:
        trace = trace.tb_next
    return trace
