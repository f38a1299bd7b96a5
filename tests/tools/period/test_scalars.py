"""Arrays of one element where Python wants a number, offered to the program that runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from convflow.tools.period import scalars
from convflow.tools.period.offer import Offer

PROGRAM = """\
import math
import numpy as np
from helper import rounded
import tensorflow as tf

with tf.Session() as sess:
    cost = sess.run(tf.constant([2.5]))
print(int(cost), float(cost), complex(cost), math.sqrt(cost * 10), rounded(cost), int("12", 8), float("1e3"))
print("cost %.2f of %s at %d%%" % (cost, cost, 7), "%d" % cost, "%s" % cost, "%(c)5.1f %(n)s" % {"c": cost, "n": cost})
print("%*.*f|" % (8, np.array([[3]]), cost), "%r" % (cost,), "%s and %s" % ("a", "b"))
costs, step = np.zeros(4), 1
costs[step] = cost
costs[step + 1] += cost
costs[-1:] = cost
table = np.zeros((2, 2))
table[step, 0] = cost
kept, rows = [None], {}
kept[0] = rows["cost"] = cost
objects = np.empty(1, object)
objects[0] = cost
print(costs.tolist(), table.tolist(), kept, objects)
"""
NEEDS_THEM = pytest.mark.skipif(not scalars.ARE_REFUSED, reason="this NumPy makes numbers of arrays of one element")


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "convflow", "run", *options]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder)


@NEEDS_THEM
def test_they_are_the_numbers_they_were(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(PROGRAM)
    (tmp_path / "helper.py").write_text("def rounded(value):\n    return round(float(value))\n")
    done = run(tmp_path, "main.py")
    assert done.stdout.splitlines() == [
        "2 2.5 (2.5+0j) 5.0 2 10 1000.0",
        "cost 2.50 of [2.5] at 7% 2 [2.5]   2.5 [2.5]",
        "   2.500| array([2.5], dtype=float32) a and b",
        "[0.0, 2.5, 2.5, 2.5] [[0.0, 0.0], [2.5, 0.0]] [array([2.5], dtype=float32)] [array([2.5], dtype=float32)]",
    ], done.stderr
    told = "is offered: array.item()"
    assert [line for line in done.stderr.splitlines() if told in line] == [
        "convflow run: int(), float() or a function of math for an array of one element, gone since NumPy 2.4, "
        f"{told} (--no-period-names turns such names off)",
        f'convflow run: "%d" % for an array of one element, gone since NumPy 2.4, {told}',
        f"convflow run: array[index] = for an array of one element, gone since NumPy 2.4, {told}",
    ]


@NEEDS_THEM
@pytest.mark.parametrize("line", ["int(two)", "'%d' % two", "costs[0] = two", "'%d %d' % (1, two)"])
def test_of_several_elements_no_number_is_made(tmp_path: Path, line: str) -> None:
    (tmp_path / "main.py").write_text(f"import numpy as np\ntwo, costs = np.ones(2), np.ones(3)\n\n{line}\n")
    done = run(tmp_path, "main.py")
    assert done.returncode == 1
    assert "Error: " in done.stderr
    assert "line 4" in done.stderr
    assert f"    {line}\n" in done.stderr


@NEEDS_THEM
def test_without_period_names_they_are_refused(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("import numpy as np\nint(np.ones(1))\n")
    done = run(tmp_path, "--no-period-names", "main.py")
    assert done.returncode == 1
    assert "TypeError: only 0-dimensional arrays" in done.stderr


def test_what_is_evaluated_is_evaluated_once(tmp_path: Path) -> None:
    program = "import numpy as np\nrest = [2, 1, 0]\ncosts = np.zeros(3)\n"
    (tmp_path / "main.py").write_text(f"{program}costs[rest.pop()] = np.ones(()) + len(rest)\nprint(costs, rest)\n")
    done = run(tmp_path, "main.py")
    assert done.stdout == "[4. 0. 0.] [2, 1]\n", done.stderr


def test_fields_that_show_no_numbers_keep_their_arrays() -> None:
    formatted = scalars.make_helpers(Offer(lambda line: None))[scalars.FORMATTED]
    one = np.array([1.0])
    assert formatted("%d %s", (one, one)) == (1.0, one)
    assert formatted("%d %%", one) == 1.0
    assert formatted("%s", one) is one
    # What does not fit is Python's to refuse.
    assert formatted("%d %d", one) is one
    assert formatted("%d", (one, one)) == (one, one)
