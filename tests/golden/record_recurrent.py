"""Records tests/golden/recurrent/: graphs and values of recurrent networks under TensorFlow 2's compat.v1.

ORACLE_PYTHON tests/golden/record_recurrent.py
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE / "recurrent"
sys.path[:0] = [str(OUT), str(HERE.parent / "programs")]

import under_oracle

PROGRAMS = HERE.parent / "modeling" / "recurrent" / "programs"

if __name__ == "__main__":
    parity_dump = under_oracle.parity_dump()
    tensorflow = parity_dump.load_oracle()
    for source in sorted(PROGRAMS.glob("*.py")):
        parity_dump.write(parity_dump.dump_program(source, tensorflow), OUT / f"{source.stem}.graph.json")

    import value_cases

    lines = [
        f"{json.dumps(name)}: {json.dumps(value_cases.evaluate(tensorflow, build), separators=(',', ':'))}"
        for name, build in value_cases.cases().items()
    ]
    (OUT / "values.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
