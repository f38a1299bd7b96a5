"""`python -m convflow`: the command line."""

from __future__ import annotations

from convflow.cli import app

app(prog_name="convflow")
