"""What a program's author reads when the program fails under `convflow run`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """\
import tensorflow as tf

def product(a, b):
    return tf.matmul(a, b, name="product")

product(tf.zeros([2, 3]), tf.zeros([4, 5]))
"""


def test_the_error_names_the_programs_lines_and_no_others(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, "-m", "convflow", "run", str(script)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "for 'product' (op: 'MatMul') with input shapes: (2, 3), (4, 5)." in done.stderr
    assert f"The node was made at {script}:4, in product\n  called from {script}:6, in <module>\n" in done.stderr
    assert "site-packages" not in done.stderr
