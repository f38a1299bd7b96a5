"""Methods that NumPy's and Python's own classes have dropped, offered to the program that runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """\
import array
import numpy as np
from helper import packed

class Own:
    def tostring(self, end):
        return "own" + end
    def has_key(self, key):
        return "asked"

picture = np.arange(6, dtype=np.uint8).reshape(2, 3)
print(picture.tostring(), np.float32(1).tostring(), packed(picture), Own().tostring("!"), Own().has_key(1))
print(array.array("B", [65, 66]).tostring())
kept = picture.T.tostring
print(kept(), kept(order="F"))
changed = np.zeros([2, 3])
changed.itemset((0, 1), 5)
changed.itemset(0, 2, 6)
changed.itemset(3, 7)
print(changed.tolist(), changed.ptp(), changed.ptp(axis=0).tolist())
print(np.array([1, 256], "<i2").newbyteorder().tolist(), np.array([1, 256], "<i2").newbyteorder(">").tolist())
d = {"a": 1}
print(d.has_key("a"), d.has_key("b"), list(d.iteritems()), list(d.iterkeys()), list(d.itervalues()))
"""


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "convflow", "run", *options]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder)


@pytest.mark.parametrize("target", [["main.py"], ["-m", "main"]])
def test_dropped_methods_do_what_they_did(tmp_path: Path, target: list[str]) -> None:
    (tmp_path / "main.py").write_text(PROGRAM)
    (tmp_path / "helper.py").write_text("def packed(picture):\n    return len(picture[0].tostring())\n")
    done = run(tmp_path, *target)
    whole, array, kept, changed, swapped, mapping = done.stdout.splitlines() or [done.stderr] * 6
    assert whole == r"b'\x00\x01\x02\x03\x04\x05' b'\x00\x00\x80?' 3 own! asked"
    assert array == "b'AB'"
    assert kept == r"b'\x00\x03\x01\x04\x02\x05' b'\x00\x01\x02\x03\x04\x05'"
    assert changed == "[[0.0, 5.0, 6.0], [7.0, 0.0, 0.0]] 7.0 [7.0, 5.0, 6.0]"
    assert swapped == "[256, 1] [256, 1]"
    assert mapping == "True False [('a', 1)] ['a'] [1]"
    assert done.stderr.count("convflow run: array.array.tostring, gone since Python 3.9, is offered: tobytes") == 1
    assert done.stderr.count("builtins.dict.has_key, gone since Python 3.0, is offered: name in mapping") == 1


def test_without_period_names_they_are_gone(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("print({}.has_key(1))\n")
    done = run(tmp_path, "--no-period-names", "main.py")
    assert done.returncode == 1
    assert "AttributeError: 'dict' object has no attribute 'has_key'" in done.stderr


def test_the_programs_own_lines_stand_in_the_traceback(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("value = 3\n\nprint(value.tostring())\n")
    done = run(tmp_path, "main.py")
    assert "AttributeError: 'int' object has no attribute 'tostring'" in done.stderr
    assert "print(value.tostring())" in done.stderr
    assert "line 3" in done.stderr
