from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from convflow import cli
from convflow.tools import run


def test_help_lists_the_commands() -> None:
    result = CliRunner().invoke(cli.app, ["--help"])
    assert result.exit_code == 0
    assert "run " in result.output
    assert "env " in result.output


def test_env_prints_a_table() -> None:
    result = CliRunner().invoke(cli.app, ["env"])
    assert result.exit_code == 0
    assert "torch" in result.output


@pytest.mark.parametrize(
    ("given", "handed_over"),
    [
        (["s.py"], ("s.py", [])),
        (["s.py", "--help"], ("s.py", ["--help"])),
        (["s.py", "-x", "--", "run", "a b", ""], ("s.py", ["-x", "--", "run", "a b", ""])),
        (["--", "-odd-name.py", "--y=1"], ("-odd-name.py", ["--y=1"])),
    ],
)
def test_what_follows_the_script_is_the_scripts(
    given: list[str], handed_over: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    received = []
    monkeypatch.setattr(run, "run_program", lambda *arguments, **options: received.append(arguments) or 5)
    result = CliRunner().invoke(cli.app, ["run", *given])
    assert received == [handed_over]
    assert result.exit_code == 5


def test_run_needs_a_script() -> None:
    result = CliRunner().invoke(cli.app, ["run"])
    assert result.exit_code == 2
    assert "SCRIPT" in result.output


def test_the_command_line_itself_does_not_load_what_commands_need() -> None:
    program = "import sys, convflow.cli; print({'convflow.tools.env', 'nbformat'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
