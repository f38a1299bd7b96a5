"""Records what TensorFlow's metrics report: writes metrics/runs.json.

ORACLE_PYTHON tests/golden/record_metrics.py
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "metrics"), str(HERE.parent / "programs")]

import metric_runs
import under_oracle

if __name__ == "__main__":
    tf = under_oracle.load()
    found = {"known": metric_runs.record(tf), "unknown": metric_runs.record(tf, known=False)}
    # What the static shapes are should make no difference: only where it does is it written.
    found["unknown"] = {name: run for name, run in found["unknown"].items() if run != found["known"][name]}
    lines = [f'"{kind}": {{\n' + ",\n".join(f"{json.dumps(n)}: {json.dumps(r)}" for n, r in runs.items()) + "\n}"
             for kind, runs in found.items()]  # fmt: skip
    (HERE / "metrics" / "runs.json").write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")
    print({kind: len(runs) for kind, runs in found.items()})
