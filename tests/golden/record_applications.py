"""Records tests/golden/training/applications.json: tf.keras.applications' layers, and outputs.

    ORACLE_PYTHON tests/golden/record_applications.py [NETWORK ...]

Without names all networks are recorded, with names these only; what is recorded of the others stays.
The oracle needs the package tf-keras, which is Keras as TensorFlow had it. Of each network are kept: the number of its
layers, that of its weights, and a digest of what application_rows.py says of each layer.
"""

import json
import os
import sys
from pathlib import Path

os.environ.update(TF_USE_LEGACY_KERAS="1", TF_CPP_MIN_LOG_LEVEL="3")
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "training"))

import application_rows
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()
FILE = HERE / "training" / "applications.json"
found = json.loads(FILE.read_text()) if FILE.exists() else {"outputs": {}, "networks": {}}
names = sys.argv[1:] or application_rows.NAMES
for name in application_rows.SMALL:
    tf.keras.backend.clear_session()
    found["outputs"][name] = application_rows.outputs(tf.keras, name).tolist()
for name in names:
    tf.keras.backend.clear_session()
    model = getattr(tf.keras.applications, name)(weights=None)
    rows = application_rows.rows(model)
    found["networks"][name] = [len(rows), int(model.count_params()), application_rows.digest(rows)]
    FILE.write_text(json.dumps(found, indent=1) + "\n")
