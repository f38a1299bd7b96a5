"""Records tests/golden/slim/research/: the graphs of tests/slim/research, built with the research models' packages.

ORACLE_PYTHON tests/golden/record_research.py RESEARCH_SLIM_FOLDER [PROGRAM ...]; see research_oracle.py.
"""

import gzip
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import research_oracle
import under_oracle

if __name__ == "__main__":
    parity_dump = under_oracle.parity_dump()
    tf = research_oracle.load(sys.argv[1])
    out = HERE / "slim" / "research"
    out.mkdir(exist_ok=True)
    for source in sorted((HERE.parent / "slim" / "research").glob("*.py")):
        if len(sys.argv) == 2 or source.stem in sys.argv[2:]:
            graph = json.dumps(parity_dump.dump_program(source, tf), sort_keys=True)
            # Without a time, so that recording again changes nothing.
            (out / f"{source.stem}.graph.json.gz").write_bytes(gzip.compress(graph.encode(), mtime=0))
