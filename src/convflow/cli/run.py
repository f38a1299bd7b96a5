"""`convflow run SCRIPT [ARGS]` and `convflow run -m MODULE [ARGS]`."""

from __future__ import annotations

from typing import Annotated

import typer

# What follows SCRIPT is the script's own, `--help` included.
_CONTEXT = {"allow_interspersed_args": False}

Script = Annotated[str, typer.Argument(metavar="SCRIPT", help="A Python file or a notebook (.ipynb), or a module.")]
Module = Annotated[bool, typer.Option("-m", help="SCRIPT is a module's name, as in `python -m`.")]
PeriodNames = Annotated[
    bool,
    typer.Option("--period-names/--no-period-names", help="Offer names that NumPy, Python and others have dropped."),
]
Arguments = Annotated[list[str] | None, typer.Argument(metavar="ARGS", help="Handed to the script.")]


def register(app: typer.Typer) -> None:
    app.command("run", context_settings=_CONTEXT)(run)


def run(
    script: Script, arguments: Arguments = None, is_module: Module = False, period_names: PeriodNames = True
) -> None:
    """Run an unmodified TensorFlow 1 program.

    In it `import tensorflow` gives convflow. Arguments, exit status and output are as with `python SCRIPT`.
    Of a notebook the code cells run in order; magics and shell lines are skipped. Names such as np.int, which
    libraries have dropped since, are offered to the script and mentioned on standard error; so is Python 2's syntax,
    which is converted (up to Python 3.12).

    With -m a module, also one of TensorFlow's tools: convflow run -m tensorflow.python.tools.freeze_graph --help
    """
    from convflow.tools.run import run_module, run_program

    call = run_module if is_module else run_program
    raise typer.Exit(call(script, arguments or [], period_names=period_names))
