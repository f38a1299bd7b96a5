"""Records tests/golden/interop.json: checkpoints both ways between TensorFlow and convflow.

Run with a Python that has TensorFlow 2.21 (its compat.v1), naming one that has convflow:
python tests/golden/record_interop.py CONVFLOW_PYTHON
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_USE_LEGACY_KERAS"] = "1"

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import interop_cases

RESULT = pathlib.Path(__file__).parent / "interop.json"
OTHER = """
import json, pathlib, sys
import convflow as tf
import interop_cases as cases

action, folder = sys.argv[1], pathlib.Path(sys.argv[2])
print(json.dumps({case: getattr(cases, action)(tf, case, folder) for case in cases.CASES}))
"""


def convflow(python, action, folder):
    path = os.pathsep.join([str(pathlib.Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    command = [python, "-c", OTHER, action, str(folder)]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main():
    import tensorflow.compat.v1 as tf

    tf.disable_v2_behavior()
    recorded = {}
    with tempfile.TemporaryDirectory() as theirs, tempfile.TemporaryDirectory() as ours:
        theirs, ours = pathlib.Path(theirs), pathlib.Path(ours)
        for case in interop_cases.CASES:
            interop_cases.write(tf, case, theirs)
        convflow(sys.argv[1], "write", ours)
        read_here = convflow(sys.argv[1], "read", theirs)
        for case in interop_cases.CASES:
            recorded[case] = {
                "tensorflow_reads_convflow": interop_cases.read(tf, case, ours),
                "convflow_reads_tensorflow": read_here[case],
                "tensorflow_files": interop_cases.checksums(case, theirs),
                "convflow_files": interop_cases.checksums(case, ours),
            }
    RESULT.write_text(json.dumps(recorded, indent=1) + "\n")


if __name__ == "__main__":
    main()
