"""Records tests/golden/loops/: the graphs of tests/ops/loop_programs under TensorFlow 2's compat.v1.

ORACLE_PYTHON tests/golden/record_loops.py
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "programs"))

import under_oracle

PROGRAMS = HERE.parent / "ops" / "loop_programs"
OUT = HERE / "loops"

if __name__ == "__main__":
    parity_dump = under_oracle.parity_dump()
    tensorflow = parity_dump.load_oracle()
    OUT.mkdir(exist_ok=True)
    for source in sorted(PROGRAMS.glob("*.py")):
        parity_dump.write(parity_dump.dump_program(source, tensorflow), OUT / f"{source.stem}.graph.json")
