"""Record values, gradients, static shapes and errors of ops under TensorFlow 2's compat.v1.

    ORACLE_PYTHON tests/golden/record_ops.py [FAMILY ...]

evaluates the cases of `ops/table_<family>.py` and writes `ops/<family>.json`, a case a line.
A case that cannot be evaluated, though it is not declared to fail, is named and left out.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "ops"), str(HERE.parent / "programs")]

import cases
import under_oracle


def record(tf: Any, item: cases.Case) -> cases.Case:
    """The case with what the oracle makes of it."""
    if fails := item.pop("fails", False):
        found = cases.failure(tf, item, fails)
        if not any(found.values()):
            raise ValueError("declared to fail, but does not")
        return {**item, "raises": found}
    # The gradient that arrives needs the output's shape, which the graph may not know: run once to see it.
    shapes = output_shapes(tf, item)
    result = evaluated(tf, {**item, "upstream_shapes": shapes})
    if not result["gradients"]:
        item["differentiate"] = []
    recorded = {
        **item,
        "dtypes": result["dtypes"],
        "outputs": [[cases.encode(value) for value in run] for run in result["outputs"]],
        "gradients": [None if g is None else cases.encode(g) for g in result["gradients"]],
        "upstream_shapes": shapes,
        "static": {
            knowledge: cases.static_shapes(tf, item, knowledge) for knowledge in item.get("static_for", cases.KNOWLEDGE)
        },
    }
    try:
        cases.evaluate(tf, recorded, "nothing")
    except Exception:
        recorded["needs_shapes"] = True
    return recorded


def output_shapes(tf: Any, item: cases.Case) -> list[list[int]]:
    """The shapes of the floating outputs."""
    outputs = cases.evaluate(tf, {**item, "differentiate": []})["outputs"][0]
    return [list(value.shape) for value in outputs if value.dtype.name in cases.FLOATS + cases.COMPLEX]


def evaluated(tf: Any, item: cases.Case) -> dict[str, Any]:
    """Values and gradients; values alone where the oracle has no gradient for the case."""
    try:
        return cases.evaluate(tf, item)
    except Exception as error:
        if not item["differentiate"]:
            raise
        print(f"  {item['id']}: values only, {type(error).__name__}: {str(error)[:100]}")
        return cases.evaluate(tf, {**item, "differentiate": []})


def main() -> None:
    tf = under_oracle.load()
    tables = sorted(path.stem.removeprefix("table_") for path in (HERE / "ops").glob("table_*.py"))
    total = 0
    for family in sys.argv[1:] or tables:
        items = list(importlib.import_module(f"table_{family}").table())
        names = [item["id"] for item in items]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise SystemExit(f"{family}: cases must have names of their own, not {sorted(twice)}")
        lines = []
        for item in items:
            try:
                lines.append(json.dumps(record(tf, item), separators=(",", ":")))
            except Exception as error:
                print(f"  {item['id']}: left out, {type(error).__name__}: {str(error)[:160]}")
        out = HERE / "ops" / f"{family}.json"
        partial = out.with_name(out.name + ".partial")
        text = ",\n".join(lines)
        partial.write_text(f'{{"producer":"{tf.__version__}","cases":[\n{text}\n]}}\n', encoding="utf-8")
        os.replace(partial, out)
        total += len(lines)
        print(f"{family}: {len(lines)} of {len(items)} cases, {out.stat().st_size // 1000} kB")
    print(total, "cases")


if __name__ == "__main__":
    main()
