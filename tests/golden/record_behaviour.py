"""Record what the scripts of `behaviour/` write down under TensorFlow 2's compat.v1.

    ORACLE_PYTHON tests/golden/record_behaviour.py [TOPIC ...]

writes `behaviour/<topic>.json`: a list of lines for each case.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "behaviour"), str(HERE.parent / "programs")]

import notes
import under_oracle


def main(topics: list[str]) -> None:
    tf = under_oracle.load()
    for topic in topics or notes.TOPICS:
        recorded = {name: notes.played(tf, case) for name, case in notes.cases(topic).items()}
        path = HERE / "behaviour" / f"{topic}.json"
        path.write_text(json.dumps(recorded, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"{topic}: {sum(map(len, recorded.values()))} lines of {len(recorded)} cases")


if __name__ == "__main__":
    main(sys.argv[1:])
