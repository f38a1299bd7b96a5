"""Records tests/golden/slim/networks.json: variables, end points and outputs of the networks in network_cases.py.

ORACLE_PYTHON tests/golden/record_networks.py RESEARCH_SLIM_FOLDER [--new]; see research_oracle.py. With --new,
those that are not recorded yet.
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
    before = json.loads(place.read_text(encoding="utf-8")) if "--new" in sys.argv[2:] else {}
    recorded = {}
    for case in network_cases.CASES:
        if case.name not in before:
            outputs = network_cases.outputs(tf, case)
            before[case.name] = {**network_cases.described(tf, case), "outputs": outputs}
        recorded[case.name] = before[case.name]
        print(case.name, recorded[case.name]["parameters"], flush=True)
        rest = {name: values for name, values in before.items() if name not in recorded}
        place.write_text(json.dumps(recorded | rest, indent=1) + "\n", encoding="utf-8")
    place.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")
