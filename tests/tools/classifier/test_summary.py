"""`convflow summary` of a run's folder."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from convflow import cli


def test_the_network_as_it_was_trained(rows_run: Path) -> None:
    result = CliRunner().invoke(cli.app, ["summary", str(rows_run), "--json"])
    assert result.exit_code == 0, result.output
    rows = [row for row in json.loads(result.stdout)["layers"] if row["parameters"]]
    # For pictures of 16x16 and three classes, not for those it was designed for.
    assert [row["output_shape"] for row in rows] == [[1, 12, 12, 32], [1, 2, 2, 64], [1, 1024], [1, 3]]
    assert result.stderr == "mnist_cnn as it was trained on rows.\n"
