"""Records tests/golden/training/keras.json: what TensorFlow's Keras makes of the models of keras_cases.py.

    ORACLE_PYTHON tests/golden/record_keras.py

The oracle needs the package tf-keras, which is Keras as TensorFlow had it.
"""

import json
import os
import sys
from pathlib import Path

os.environ.update(TF_USE_LEGACY_KERAS="1", TF_CPP_MIN_LOG_LEVEL="3")
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "training"))

import keras_cases
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()


def main():
    found = {}
    for name, case in keras_cases.CASES.items():
        tf.keras.backend.clear_session()
        found[name] = case(tf)
    (HERE / "training" / "keras.json").write_text(json.dumps(found, indent=1) + "\n")


main()
