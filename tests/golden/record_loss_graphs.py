"""Records the nodes that TensorFlow makes of losses, metrics, gradients, variables ...: graphs/*.json.

    ORACLE_PYTHON tests/golden/record_loss_graphs.py [NAME ...]

Needs TensorFlow 2.21, which is not part of the project's environment.
"""

import importlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
GRAPHS = HERE / "graphs"
sys.path[:0] = [str(GRAPHS), str(HERE.parent / "programs")]

import compact
import under_oracle

NAMES = {
    "losses": "loss_cases",
    "metrics": "metric_cases",
    "sparse": "sparse_cases",
    "assertions": "assertion_cases",
    "gradients": "gradient_cases",
    "variables": "variable_cases",
}

if __name__ == "__main__":
    tf = under_oracle.load()
    for name in sys.argv[1:] or NAMES:
        found = compact.record(tf, importlib.import_module(NAMES[name]).cases(tf))
        lines = [f"{json.dumps(case)}: {json.dumps(nodes)}" for case, nodes in found.items()]
        (GRAPHS / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
        print(name, len(found), "cases")
