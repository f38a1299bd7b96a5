"""Records tests/golden/graphs/nn/: the graphs of tests/ops/programs under TensorFlow 2's compat.v1.

ORACLE_PYTHON tests/golden/record_nn_graphs.py
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "programs"))

import under_oracle

if __name__ == "__main__":
    parity_dump = under_oracle.parity_dump()
    tf = parity_dump.load_oracle()
    out = HERE / "graphs" / "nn"
    out.mkdir(exist_ok=True)
    for source in sorted((HERE.parent / "ops" / "programs").glob("*.py")):
        parity_dump.write(parity_dump.dump_program(source, tf), out / f"{source.stem}.graph.json")
