"""`convflow audit` on small code bases."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from convflow import cli

PROGRAM = """\
import numpy as np
import tensorflow as tf
from tensorflow.contrib import slim

def net(x):
    x = slim.conv2d(x, 32, [3, 3], activation=None)
    return tf.nn.rellu(tf.mul(x, 2.0)).astype(np.float)
"""


def audit(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, ["audit", *map(str, arguments)])


def base(path: Path) -> dict:
    return json.loads(audit("--json", path).output)["code_bases"][0]


def write_notebook(path: Path, *cells: str) -> None:
    code = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": text} for text in cells
    ]
    path.write_text(json.dumps({"metadata": {}, "nbformat": 4, "nbformat_minor": 0, "cells": code}))


def test_the_table(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(PROGRAM)
    done = audit(tmp_path)
    assert done.exit_code == 1
    text = " ".join(done.output.split())
    assert "no: not there; nearest: tf.nn.relu" in text
    assert "(net.py:7)" in text
    assert "no: renamed to tf.multiply in TensorFlow 1.0; nearest: tf.multiply (net.py:7)" in text
    assert (
        f"{tmp_path}/net.py:6: tf.contrib.slim.conv2d has no argument 'activation'; close to it: 'activation_fn'"
        in text
    )
    assert "numpy.float │ NumPy 1.24 │ 1 │ Python's float" in text
    assert (
        f"{tmp_path}: 50.0 % of 4 uses of 4 symbols in 1 file are there; 2 symbols missing, 1 call that does not fit"
        in text
    )


def test_json(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(PROGRAM)
    report = base(tmp_path)
    assert (report["uses"], report["uses_supported"], report["percentage"]) == (4, 2, 50.0)
    assert not report["complete"]
    missing = next(each for each in report["symbols"] if each["symbol"] == "tf.nn.rellu")
    assert missing["places"] == [f"{tmp_path}/net.py:7"]
    assert missing["nearest"][0] == "tf.nn.relu"
    assert report["calls_that_do_not_fit"][0]["place"] == f"{tmp_path}/net.py:6"
    assert report["period_names"][0]["name"] == "numpy.float"


def test_all_there(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import tensorflow as tf\ntf.nn.relu(tf.zeros([2]))\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.py").write_text("print('nothing of it')\n")
    done = audit(tmp_path, tmp_path / "a.py")
    assert done.exit_code == 0
    assert f"{tmp_path}: 100.0 % of 2 uses of 2 symbols in 2 files are there; 0 symbols missing" in done.output
    assert f"{tmp_path}/a.py: 100.0 %" in done.output


def test_a_notebook(tmp_path: Path) -> None:
    write_notebook(
        tmp_path / "n.ipynb", "%matplotlib inline\nimport tensorflow as tf", "!ls\nx = 1\ntf.nothing_here\n?tf"
    )
    report = base(tmp_path)
    assert report["symbols"][0]["places"] == [f"{tmp_path}/n.ipynb, code cell 2:3"]


def test_a_wrong_cell_hides_no_other(tmp_path: Path) -> None:
    write_notebook(tmp_path / "n.ipynb", "import tensorflow as tf", "x = = 3", "tf.nn.relu")
    report = base(tmp_path)
    assert report["uses"] == 1
    problem = {"place": f"{tmp_path}/n.ipynb, code cell 2:1", "problem": "syntax error: invalid syntax", "read": False}
    assert report["problems"] == [problem]
    assert audit(tmp_path).exit_code == 1


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="lib2to3 left with Python 3.13")
def test_python_2_is_read(tmp_path: Path) -> None:
    text = "import tensorflow as tf\ntry:\n\tprint 'x', tf.nn.relu\n        print `1`\nexcept E, e:\n    raise E, 'a'\n"
    (tmp_path / "old.py").write_text(text)
    report = base(tmp_path)
    assert [each["places"] for each in report["symbols"]] == [[f"{tmp_path}/old.py:3"]]
    assert report["problems"][0]["problem"].startswith("Python 2; read as 2to3 converts it")
    assert audit(tmp_path).exit_code == 0


def test_python_2_without_the_converter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lib2to3.refactor", None)
    (tmp_path / "old.py").write_text("import os\nprint 'x'\n")
    done = audit(tmp_path)
    assert done.exit_code == 1
    assert f"{tmp_path}/old.py:2: Python 2 (Missing parentheses" in done.output
    assert "convert it with 2to3" in done.output


def test_what_a_program_tries_and_does_without(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "try:\n    import tensorflow.contrib.no_such as t\nexcept ImportError:\n    t = None\n"
    )
    assert audit(tmp_path).exit_code == 0
    (tmp_path / "a.py").write_text("try:\n    import tensorflow.contrib.no_such as t\nexcept ImportError:\n    raise\n")
    assert audit(tmp_path).exit_code == 1


def test_a_code_bases_own_modules_are_not_the_research_models(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("from nets import mine\nmine.net()\n")
    assert base(tmp_path)["uses"] == 2
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "mine.py").write_text("")
    assert base(tmp_path)["uses"] == 0


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("n.ipynb", b"{}", "is not a Jupyter notebook"),
        ("a.py", b"x = '\x00'", "null byte"),
        ("a.py", b"\xff\xfe", "syntax error"),
        ("a.py", b"x = " + b"(" * 5000 + b")" * 5000, ""),
        ("n.ipynb", b"\xff", "cannot be read"),
    ],
)
def test_files_that_cannot_be_read(name: str, content: bytes, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    done = audit(tmp_path)
    assert done.exit_code == 1
    assert f"{tmp_path}/{name}:1: " in done.output
    assert text in done.output
    assert "1 place not read" in done.output


def test_a_file_of_absurd_size(tmp_path: Path) -> None:
    with (tmp_path / "a.py").open("wb") as file:
        file.truncate(20 << 20)
    assert "20 MB are more than a program has; not read" in audit(tmp_path).output


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gone", "There is no {0}. Expected a .py or .ipynb file, or a folder. Check the path."),
        ("empty", "No program in {0}. Expected .py or .ipynb files at any depth. Give another folder."),
        ("data.csv", "{0} is no program. Expected a .py or .ipynb file, or a folder. Give one of these."),
    ],
)
def test_bad_paths(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "data.csv").write_text("1,2")
    done = audit(tmp_path / name)
    assert done.exit_code == 2
    assert done.output == f"convflow audit: {text.format(tmp_path / name)}\n"


def test_environments_and_hidden_folders_are_left_out(tmp_path: Path) -> None:
    for folder in (".git", "env", "site-packages"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.py").write_text("import tensorflow as tf\ntf.nothing\n")
    (tmp_path / "env" / "pyvenv.cfg").write_text("")
    (tmp_path / "own.py").write_text("")
    assert base(tmp_path)["files"] == 1
