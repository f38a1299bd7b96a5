"""Flags, in programs of their own: absl keeps one set of flags for a process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("steps", 10, "How many.")
flags.DEFINE_string(flag_name="name", default_value="none", docstring="What it is called.")
tf.flags.DEFINE_boolean("fast", False, "Whether.")
FLAGS = tf.app.flags.FLAGS


def main(arguments):
    print(FLAGS.steps, FLAGS.name, FLAGS.fast, arguments[1:])
    return 3


if __name__ == "__main__":
"""


def run(tmp_path: Path, end: str, *arguments: str) -> tuple[int, str]:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM + end)
    command = [sys.executable, "-m", "convflow", "run", str(script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_run_parses_and_passes_on_what_nobody_defined(tmp_path: Path) -> None:
    found = run(tmp_path, "    tf.app.run()\n", "--steps=5", "--name", "net", "--fast", "rest")
    assert found == (3, "5 net True ['rest']\n")


def test_flags_are_parsed_at_their_first_use(tmp_path: Path) -> None:
    assert run(tmp_path, "    FLAGS.name = 'set'\n    main(['x'])\n", "--steps=7") == (0, "7 set False []\n")


def test_a_wrong_value_is_refused(tmp_path: Path) -> None:
    status, printed = run(tmp_path, "    tf.app.run()\n", "--steps=many")
    assert status == 1
    assert "flag --steps=many" in printed
