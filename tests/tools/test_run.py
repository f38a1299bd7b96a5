from __future__ import annotations

import json
import linecache
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from convflow.tools import run

Program = Callable[..., str]


@pytest.fixture(autouse=True)
def same_interpreter_afterwards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A run changes the interpreter for good; tests share one."""
    kept = sys.modules["__main__"], list(sys.meta_path), set(sys.modules)
    monkeypatch.setattr(sys, "argv", list(sys.argv))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.delenv("CONVFLOW_FULL_TRACEBACK", raising=False)
    yield
    sys.modules["__main__"], sys.meta_path[:] = kept[0], kept[1]
    for name in set(sys.modules) - kept[2]:
        if name.partition(".")[0] in ("tensorflow", "helper", "standin") or name == "tensorboard.compat.notf":
            del sys.modules[name]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    def write(source: str, name: str = "program.py") -> str:
        path = tmp_path / name
        path.write_text(source)
        return str(path)

    return write


def write_notebook(path: Path, *cells: str, version: int = 4) -> str:
    code = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None} for _ in cells]
    for cell, source in zip(code, cells, strict=True):
        if version == 4:
            cell["source"] = source
        else:
            cell |= {"input": source, "language": "python", "prompt_number": 1, "collapsed": False}
            del cell["execution_count"]
    text: dict[str, Any] = {"cell_type": "markdown", "metadata": {}, "source": "# Title\n%not code"}
    content: dict[str, Any] = {"metadata": {"name": ""}, "nbformat": version, "nbformat_minor": 0}
    if version == 4:
        content["cells"] = [text, *code]
    else:
        content["worksheets"] = [{"cells": [text, *code], "metadata": {}}]
    path.write_text(json.dumps(content))
    return str(path)


def in_a_process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "convflow", "run", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env=os.environ | environment
    )


def test_the_program_is_main(program: Program, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "helper.py").write_text("value = 'beside the program'\n")
    path = program(
        "import pickle, sys, helper\n"
        "class Point: pass\n"
        "if __name__ == '__main__':\n"
        "    assert sys.modules['__main__'].Point is Point\n"
        "    assert isinstance(pickle.loads(pickle.dumps(Point())), Point)\n"
        "    print(__file__, sys.argv, sys.path[0], helper.value, __spec__, __package__)\n"
    )
    assert run.run_program(path, ["--help", "-x", "--", "a b"]) == 0
    expected = f"{path} {[path, '--help', '-x', '--', 'a b']} {tmp_path} beside the program None None\n"
    assert capsys.readouterr().out == expected


def test_tensorflow_is_the_library(program: Program, standin: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = program(
        "import tensorflow as tf\n"
        "from tensorflow.examples.tutorials.mnist import input_data\n"
        "print(tf.__name__, tf.__version__, input_data.read_data_sets())\n"
    )
    assert run.run_program(path, library=standin) == 0
    assert capsys.readouterr().out == "standin 1.15 data\n"


@pytest.mark.parametrize(
    ("source", "status", "text"),
    [
        ("x = 1", 0, ""),
        ("import sys; sys.exit()", 0, ""),
        ("import sys; sys.exit(0)", 0, ""),
        ("import sys; sys.exit(7)", 7, ""),
        ("import sys; sys.exit('no data')", 1, "no data\n"),
        ("raise KeyboardInterrupt", 130, "KeyboardInterrupt"),
        ("1 / 0", 1, "ZeroDivisionError: division by zero"),
    ],
)
def test_exit_status(source: str, status: int, text: str, program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.run_program(program(source)) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    assert text in captured.err
    assert bool(captured.err) == bool(text)


def test_a_file_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.run_program(str(tmp_path / "gone.py")) == 2
    assert "can't open file" in capsys.readouterr().err
    assert run.run_program(str(tmp_path)) == 2


def test_a_traceback_begins_with_the_program(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    path = program("def work():\n    return {}['loss']\n\nwork()\n")
    assert run.run_program(path) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[:3] == [
        "Traceback (most recent call last):",
        f'  File "{path}", line 4, in <module>',
        "    work()",
    ]
    assert lines[-1] == "KeyError: 'loss'"


_FAILING_INSIDE = (
    "from convflow.core import dtypes\n"
    "try:\n"
    "    dtypes.as_dtype('nope')\n"
    "except TypeError as error:\n"
    "    raise RuntimeError('no such type') from error\n"
)


def test_frames_inside_convflow_are_folded(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    path = program(_FAILING_INSIDE)
    assert run.run_program(path) == 1
    text = capsys.readouterr().err
    assert "dtypes.py" not in text
    assert f'File "{path}", line 3' in text
    assert "Cannot convert 'nope'" in text
    assert "The above exception was the direct cause" in text
    note = "[2 frames inside convflow folded; CONVFLOW_FULL_TRACEBACK=1 shows all]"
    assert text.splitlines()[-1] == note


def test_all_frames_on_request(
    program: Program, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONVFLOW_FULL_TRACEBACK", "1")
    assert run.run_program(program(_FAILING_INSIDE)) == 1
    text = capsys.readouterr().err
    assert "dtypes.py" in text
    assert "folded" not in text


def test_a_programs_own_excepthook_is_called(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    path = program("import sys\nsys.excepthook = lambda k, e, t: print('mine', k.__name__)\n1 / 0\n")
    assert run.run_program(path) == 1
    assert capsys.readouterr() == ("mine ZeroDivisionError\n", "")


@pytest.mark.parametrize(
    "line",
    [
        "print 'loss', 3",
        "if True: print loss",
        "raise ValueError, 'x'",
        "a = 1 <> 2",
        "a = 0777",
        "a = 10L",
        "a = ur'x'",
    ],
)
def test_python_2_is_recognised(
    line: str, program: Program, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # As from Python 3.13 on, which has no converter.
    monkeypatch.setitem(sys.modules, "lib2to3.refactor", None)
    path = program(f"{line}\n")
    assert run.run_program(path) == 1
    text = capsys.readouterr().err
    assert f"{path} looks like Python 2" in text
    assert f"2to3 -w {path}" in text


def test_python_2_in_a_notebook(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lib2to3.refactor", None)
    path = write_notebook(tmp_path / "demo.ipynb", "x = 1", "for i in [x]:\n    print i, 'steps'")
    assert run.run_program(path) == 1
    assert f"{path}, code cell 2 looks like Python 2. Convert it first, with 2to3" in capsys.readouterr().err


_CONVERTER = pytest.mark.skipif(sys.version_info >= (3, 13), reason="lib2to3 left with Python 3.13")


@_CONVERTER
def test_python_2_runs(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    path = program(
        "import tensorflow as tf\ntry:\n    raise ValueError, 'no'\nexcept ValueError, error:\n"
        "\tprint 'x', error, 0777,\nprint `tf.Session().run(tf.constant(10L))`\n1 / 0\n"
    )
    assert run.run_program(path) == 1
    out, err = capsys.readouterr()
    assert out.split() == ["x", "no", "511", "np.int32(10)"]
    assert f"convflow run: {path} is Python 2: it is read as 2to3 converts it, and whole numbers are divided" in err
    # Lines stay where they were.
    assert f'File "{path}", line 7, in <module>\n    1 / 0' in err


@_CONVERTER
def test_python_2_in_one_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_notebook(tmp_path / "demo.ipynb", "x = 1", "for i in [x]:\n    print i, 'steps'")
    assert run.run_program(path) == 0
    out, err = capsys.readouterr()
    assert out == "1 steps\n"
    assert f"convflow run: {path}, code cell 2 is Python 2" in err


@_CONVERTER
def test_what_is_no_python_2_either(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    path = program("print 'x'\nx = = 3\n")
    assert run.run_program(path) == 1
    assert f"{path} looks like Python 2" in capsys.readouterr().err


def test_other_syntax_errors_are_not_called_python_2(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    path = program("x = (1,\ny = 2\n")
    assert run.run_program(path) == 1
    text = capsys.readouterr().err
    assert f'File "{path}", line 1' in text
    assert "SyntaxError" in text
    assert "Python 2" not in text
    assert "Traceback" not in text


def test_a_source_in_another_encoding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "latin.py"
    path.write_bytes("# -*- coding: latin-1 -*-\nprint('caf\xe9')\n".encode("latin-1"))
    assert run.run_program(str(path)) == 0
    assert capsys.readouterr().out == "caf\xe9\n"


def test_the_programs_future_imports_are_its_own(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    path = program("def f(x: int): pass\nprint(f.__annotations__)\n")
    assert run.run_program(path) == 0
    assert capsys.readouterr().out == "{'x': <class 'int'>}\n"


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there always is a display")
@pytest.mark.parametrize(
    ("display", "chosen", "expected"), [("", None, "Agg"), (":0", None, "None"), ("", "svg", "svg")]
)
def test_matplotlib_writes_files_without_a_display(
    display: str,
    chosen: str | None,
    expected: str,
    program: Program,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("MPLBACKEND")
    if chosen is not None:
        monkeypatch.setenv("MPLBACKEND", chosen)
    assert run.run_program(program("import os; print(os.environ.get('MPLBACKEND'))")) == 0
    assert capsys.readouterr().out == f"{expected}\n"


@pytest.mark.parametrize("version", [3, 4])
def test_a_notebooks_cells_run_in_order(version: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_notebook(
        tmp_path / "demo.ipynb",
        "%matplotlib inline\nx = 1",
        "import sys\nx += 1",
        "print(x, sys.argv[1:], __name__)\ndisplay('shown')",
        version=version,
    )
    assert run.run_program(path, ["--steps", "3"]) == 0
    assert capsys.readouterr() == ("2 ['--steps', '3'] __main__\nshown\n", "")


def test_a_notebooks_traceback_names_cell_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_notebook(tmp_path / "demo.ipynb", "def f():\n    return 1 / 0", "%pylab\n\nf()")
    linecache.checkcache()
    assert run.run_program(path) == 1
    text = capsys.readouterr().err
    assert f'File "{path}, code cell 2", line 3, in <module>\n    f()' in text
    assert f'File "{path}, code cell 1", line 2, in f\n    return 1 / 0' in text


def test_skipped_shell_lines_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_notebook(tmp_path / "demo.ipynb", "x = 1\n!wget http://example.org/data.zip\nprint(x)")
    assert run.run_program(path) == 0
    captured = capsys.readouterr()
    assert captured.out == "1\n"
    skipped = f"convflow run: skipped in {path}, code cell 1, line 2: !wget http://example.org/data.zip\n"
    assert captured.err == skipped


@pytest.mark.parametrize("content", ["", "print('a program')", '{"cells": 3, "nbformat": 4}', '{"a": 1}'])
def test_a_damaged_notebook(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "demo.ipynb"
    path.write_text(content)
    assert run.run_program(str(path)) == 2
    assert f"{path} is not a Jupyter notebook" in capsys.readouterr().err


def test_as_a_process(program: Program, tmp_path: Path) -> None:
    path = program(
        "import argparse, atexit, sys\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--rate', type=float)\n"
        "rate = parser.parse_args().rate\n"
        "atexit.register(lambda: print('bye', rate, sys.modules['__main__'].rate))\n"
        "print('rate', rate)\n"
        "sys.exit(3)\n"
    )
    done = in_a_process(path, "--rate", "0.5")
    assert (done.returncode, done.stdout, done.stderr) == (3, "rate 0.5\nbye 0.5 0.5\n", "")
    assert "usage: program.py" in in_a_process(path, "--help").stdout
    failed = in_a_process(program("raise OSError('disk')", "failing.py"))
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1] == "OSError: disk"


def test_dropped_names_are_offered_and_told_once(program: Program) -> None:
    path = program("import time, numpy as np\nprint(np.asscalar(np.array([3])), np.asscalar(np.array([4])))\n")
    done = in_a_process(path)
    assert (done.returncode, done.stdout) == (0, "3 4\n")
    assert done.stderr.splitlines() == [
        "convflow run: numpy.asscalar, gone since NumPy 1.23, is offered: a.item() "
        "(--no-period-names turns such names off)"
    ]
    refused = in_a_process("--no-period-names", path)
    assert refused.returncode == 1
    assert "has no attribute 'asscalar'" in refused.stderr


def test_a_tool_of_tensorflow_runs_as_a_module(capsys: pytest.CaptureFixture[str]) -> None:
    checkpoint = str(Path(__file__).parent.parent / "golden" / "files" / "meta" / "model")
    arguments = ["--file_name", checkpoint, "--all_tensor_names"]
    assert run.run_module("tensorflow.python.tools.inspect_checkpoint", arguments) == 0
    assert "tensor: w (float32) [3, 2]" in capsys.readouterr().out
    assert run.run_module("tensorflow.python.tools.inspect_checkpoint", ["--help"]) == 0
    assert "--count_exclude_pattern" in capsys.readouterr().out


def test_a_module_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "helper.py").write_text("import sys, tensorflow as tf\nprint(__name__, tf.__name__, sys.argv[1:])\n")
    monkeypatch.chdir(tmp_path)
    assert run.run_module("helper", ["a", "--b"]) == 0
    assert capsys.readouterr().out == "__main__ convflow ['a', '--b']\n"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nosuchmodule", "No module named 'nosuchmodule'"),
        ("tensorflow.python.tools.nosuch", "convflow does not have tensorflow.python.tools.nosuch"),
        ("tensorflow.nn", "tensorflow.nn has no command line"),
    ],
)
def test_no_such_module(name: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.run_module(name) == 2
    assert message in capsys.readouterr().err
