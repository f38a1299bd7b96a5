from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from convflow.tools import surface


@pytest.mark.parametrize(
    ("symbol", "is_there"),
    [
        ("tf.nn.conv2d", True),
        ("tf.train.Saver", True),
        ("tf.examples.tutorials.mnist.input_data", True),
        ("tf.nn.no_such_function", False),
        ("tf.no_such_module.function", False),
        ("tf.constant.no_such_member", False),
    ],
)
def test_resolves(symbol: str, is_there: bool) -> None:
    assert surface.resolves(symbol) is is_there


def test_uses_are_read_without_tensorflows_inside(tmp_path: Path) -> None:
    table = tmp_path / "usage.tsv"
    rows = ("tf.nn.relu\t5", "tf.python.ops.x\t9", "slim.conv2d\t2", "tf.contrib.slim\t2", "tf.pythonic\t1")
    table.write_text("symbol\tfiles_total\n" + "\n".join(rows) + "\n")
    assert surface.read_uses(table) == Counter({"tf.nn.relu": 5, "tf.pythonic": 1})


def test_the_share_counts_uses(capsys: pytest.CaptureFixture[str]) -> None:
    share = surface.report(Counter({"tf.nn.relu": 3, "tf.nn.nothing": 1}), Console(width=100), False)
    assert share == 0.75
    printed = capsys.readouterr().out
    assert "3 of 4 uses resolve: 75.00%; 1 symbols are missing" in printed
    assert "tf.nn.nothing" in printed
