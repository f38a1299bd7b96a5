"""Does a program build the same graph here as under TensorFlow?

    python -m convflow.tools.parity PROGRAM.py --oracle PYTHON     # a Python that has TensorFlow 2
    python -m convflow.tools.parity PROGRAM.py --recorded DUMP.json

PROGRAM.py defines `build(tf)`. The graph is built here and there, described by the very same code
(`parity_dump`) and compared in creation order: op type, name, inputs, device, attributes, constants, static
shapes. Exit status 1 and a table when anything differs.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import convflow
from convflow.tools import parity_dump
from convflow.tools.parity_compare import Difference, differences, forward_nodes


def dump_under_oracle(program: Path, python: Path) -> dict[str, Any]:
    """The dump of `program` built by TensorFlow in a process of its own.

    Raises:
        RuntimeError: the oracle's Python failed; the message ends with what it printed.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "graph.json"
        # -P: this folder's files must not stand in for modules of the oracle that bear the same name.
        command = [str(python), "-P", parity_dump.__file__, str(program.resolve()), str(out)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(
                f"{python} could not build {program} (exit status {done.returncode}); "
                f"expected a Python with TensorFlow 2 and a program that it accepts:\n{done.stderr[-4000:]}"
            )
        return json.loads(out.read_text(encoding="utf-8"))


def report(found: list[Difference], console: Console) -> None:
    """Print one row a difference."""
    table = Table("node", "what", "oracle", "convflow", show_lines=False)
    for difference in found:
        table.add_row(
            escape(difference.node),
            escape(difference.what),
            escape(_cell(difference.theirs)),
            escape(_cell(difference.ours)),
        )
    console.print(table)


def _cell(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def main(
    program: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="defines build(tf)")],
    oracle: Annotated[Path | None, typer.Option(help="a Python with TensorFlow 2")] = None,
    recorded: Annotated[Path | None, typer.Option(help="a dump recorded under the oracle")] = None,
    everything: Annotated[bool, typer.Option("--all", help="gradients and optimizers too")] = False,
) -> None:
    """Compare the graph that PROGRAM builds here with the one TensorFlow builds."""
    if (oracle is None) == (recorded is None):
        raise typer.BadParameter("give one of --oracle PYTHON and --recorded DUMP.json")
    if recorded is not None:
        theirs = json.loads(recorded.read_text(encoding="utf-8"))
    elif oracle is not None:
        theirs = dump_under_oracle(program, oracle)
    ours = parity_dump.dump_program(program, convflow)
    found = differences(theirs, ours, everything)
    console = Console()
    if found:
        report(found, console)
    compared = theirs["nodes"] if everything else forward_nodes(theirs["nodes"])
    console.print(f"{program.name}: {len(compared)} nodes of TensorFlow {theirs['producer']}, {len(found)} differences")
    raise typer.Exit(1 if found else 0)


if __name__ == "__main__":
    typer.run(main)
