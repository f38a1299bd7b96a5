"""Records tests/golden/slim/networks.json: variables, end points and outputs of the networks in network_cases.py.

ORACLE_PYTHON tests/golden/record_networks.py RESEARCH_SLIM_FOLDER [PART_OF_A_NAME]; see research_oracle.py.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import network_cases
import research_oracle

if __name__ == "__main__":
    tf = research_oracle.load(sys.argv[1])
    place = HERE / "slim" / "networks.json"
    part = sys.argv[2] if len(sys.argv) > 2 else ""
    recorded = json.loads(place.read_text(encoding="utf-8")) if part else {}
    for case in network_cases.CASES:
        if part not in case.name:
            continue
        recorded[case.name] = network_cases.described(tf, case)
        if case.small:
            recorded[case.name]["outputs"] = network_cases.outputs(tf, case)
        print(case.name, recorded[case.name]["parameters"], flush=True)
    place.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")
