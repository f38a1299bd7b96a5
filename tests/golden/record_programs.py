"""Record what the programs of tests/programs do under TensorFlow 2's compat.v1.

    ORACLE_PYTHON tests/golden/record_programs.py [NAME ...]

writes `programs/<name>.graph.json` for every program that defines `build(tf)`, and `programs/<name>.train.json`
(initial weights, training losses of the first steps) for those that also say what to feed.
MNIST is looked for in `$CONVFLOW_DATA`, then in `../shared/data`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "programs"))

import extract
import training
import under_oracle

STEPS = 100
OUT = HERE / "programs"


def programs() -> list[str]:
    sources = sorted((HERE.parent / "programs").glob("*.py"))
    return [path.stem for path in sources if "\ndef build(tf" in path.read_text(encoding="utf-8")]


def main() -> None:
    parity_dump = under_oracle.parity_dump()
    tf = parity_dump.load_oracle()
    folder = extract.data_folder()
    if folder is None:
        raise SystemExit("found no MNIST: set CONVFLOW_DATA to the folder that holds the four .gz files")
    data = training.centred_digits(folder)
    OUT.mkdir(exist_ok=True)
    for name in sys.argv[1:] or programs():
        source = training.FOLDER / f"{name}.py"
        parity_dump.write(parity_dump.dump_program(source, tf), OUT / f"{name}.graph.json")
        if hasattr(training.load_program(name), "feeds"):
            trained = {"producer": tf.__version__, **training.run(tf, name, data, STEPS)}
            partial = OUT / f"{name}.train.json.partial"
            partial.write_text(json.dumps(trained, indent=1) + "\n", encoding="utf-8")
            os.replace(partial, OUT / f"{name}.train.json")
        print(name)


if __name__ == "__main__":
    main()
