"""Programs in Python 2 that consist of several files, and what they rely on besides syntax."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

_CONVERTER = pytest.mark.skipif(sys.version_info >= (3, 13), reason="lib2to3 left with Python 3.13")


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "convflow", "run", *options, str(folder / "main.py")]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder)


@_CONVERTER
def test_modules_are_converted_too(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("from net.model import half\nimport reading\nprint(half(7), reading.names())\n")
    (tmp_path / "reading.py").write_text("def names():\n\tprint 'reading'\n\treturn {'a': 1}.keys()[0]\n")
    package = tmp_path / "net"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "sizes.py").write_text("two = 2\n")
    (package / "model.py").write_text("import sizes\ndef half(n):\n    print 'of', n\n    return n / sizes.two\n")
    done = run(tmp_path)
    assert done.stdout.splitlines() == ["of 7", "reading", "3 a"], done.stderr
    assert f"{package / 'model.py'} is Python 2: it is read as 2to3 converts it" in done.stderr
    assert not list(tmp_path.rglob("model.*.pyc"))


def test_modules_beside_are_found_from_packages_that_python_3_could_read(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("from net import *\nfrom net import model\nprint(half(7), model.names())\n")
    package = tmp_path / "net"
    (package / "deep").mkdir(parents=True)
    (package / "__init__.py").write_text("from model import half\n")
    (package / "sizes.py").write_text("two = 2\n")
    (package / "deep" / "__init__.py").write_text("")
    (package / "deep" / "words.py").write_text("__all__ = ['said']\nsaid = __name__\n")
    lines = ["import os, sizes", "import sizes as also", "import deep.words", "import deep.words as w", "import json"]
    lines += ["def half(n):", "    assert also is sizes", "    return n / sizes.two"]
    lines += ["def names():", "    return deep.words.said, w.said, json.__name__, os.name != ''"]
    (package / "model.py").write_text("\n".join(lines) + "\n")
    done = run(tmp_path)
    assert done.stdout.split("\n")[0] == "3.5 ('net.deep.words', 'net.deep.words', 'json', True)", done.stderr
    assert f"{package / 'model.py'} imports sizes, deep from the folder it is in" in done.stderr
    assert "No module named 'model'" in run(tmp_path, "--no-period-names").stderr


def test_what_is_found_otherwise_stays(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("import net\nprint(net.value)\n")
    (tmp_path / "sizes.py").write_text("value = 'above'\n")
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "__init__.py").write_text("from sizes import value\n")
    (tmp_path / "net" / "sizes.py").write_text("value = 'beside'\n")
    done = run(tmp_path)
    assert (done.stdout, done.stderr) == ("above\n", "")


@_CONVERTER
def test_whole_numbers_are_divided_as_there(tmp_path: Path) -> None:
    lines = [
        "import tensorflow as tf, numpy as np",
        "print 7 / 2, 7 / 2.0, -7 / 2, np.int64(7) / 2, (np.arange(4) / 2).tolist(), (np.ones(2) / 2).tolist()",
        "x = 9",
        "x /= 2",
        "y = np.ones(2); z = y; y /= 2",
        "print x, z.tolist(), tf.Session().run(tf.constant(3.0) / 2)",
    ]
    (tmp_path / "main.py").write_text("\n".join(lines) + "\n")
    done = run(tmp_path)
    assert done.stdout.splitlines() == ["3 3.5 -4 3 [0, 0, 1, 1] [0.5, 0.5]", "4 [0.5, 0.5] 1.5"], done.stderr
    (tmp_path / "main.py").write_text("from __future__ import division\nprint 7 / 2\n")
    assert run(tmp_path).stdout == "3.5\n"


@_CONVERTER
def test_what_python_2_pickled(tmp_path: Path) -> None:
    (tmp_path / "batch").write_bytes(b"(dp0\nS'data'\np1\nS'\\xff\\x00'\np2\ns.")
    with pytest.raises(UnicodeDecodeError):
        pickle.loads((tmp_path / "batch").read_bytes())
    program = "import cPickle\nprint map(ord, cPickle.load(open('batch', 'rb'))['data'])\n"
    (tmp_path / "main.py").write_text(program)
    assert run(tmp_path).stdout == "[255, 0]\n"


@_CONVERTER
def test_what_uses_names_of_python_2_is_python_2(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("import weights\nprint(weights.of(5), isinstance('x', weights.text))\n")
    (tmp_path / "weights.py").write_text(
        "text = basestring\ndef of(count):\n    return [i for i in xrange(count / 2)]\n"
    )
    done = run(tmp_path)
    assert done.stdout == "[0, 1] True\n", done.stderr
    assert f"{tmp_path / 'weights.py'} is Python 2" in done.stderr
    without = run(tmp_path, "--no-period-names")
    assert without.returncode == 1 and "name 'basestring' is not defined" in without.stderr


def test_programs_of_both_pythons_stay_as_they_are(tmp_path: Path) -> None:
    lines = ["try:", "    text = unicode", "except NameError:", "    text = str", "print(7 / 2, text('a'), xrange(2))"]
    (tmp_path / "main.py").write_text("\n".join(lines) + "\n")
    done = run(tmp_path)
    assert done.stdout == "3.5 a range(0, 2)\n", done.stderr
    assert "builtins.xrange, gone since Python 3.0, is offered: range" in done.stderr


def test_rows_of_different_lengths(tmp_path: Path) -> None:
    rows = "np.array([([1, 2, 3], [0, 1]), ([4, 5, 6], [1, 0])])"
    program = f"import numpy as np\nrows = {rows}\nprint(rows.shape, rows.dtype)\n"
    (tmp_path / "main.py").write_text(program)
    done = run(tmp_path)
    assert done.stdout == "(2, 2) object\n", done.stderr
    assert "numpy.array of different lengths, gone since NumPy 1.24, is offered: an array of objects" in done.stderr
    assert "inhomogeneous" in run(tmp_path, "--no-period-names").stderr


def test_a_module_that_was_a_package(tmp_path: Path) -> None:
    pytest.importorskip("scipy")
    (tmp_path / "main.py").write_text("from scipy.sparse.linalg.eigen.arpack import eigsh\nprint(eigsh.__name__)\n")
    done = run(tmp_path)
    assert done.stdout == "eigsh\n", done.stderr
