"""Records tests/golden/training/keras_metrics.json: the values of keras_metric_cases.py under TensorFlow's Keras.

ORACLE_PYTHON tests/golden/record_keras_metrics.py
"""

import json
import os
import sys
from pathlib import Path

os.environ.update(TF_USE_LEGACY_KERAS="1", TF_CPP_MIN_LOG_LEVEL="3")
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "training"))

import keras_metric_cases
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()
found = {}
for name in keras_metric_cases.CASES:
    with tf.Graph().as_default():
        found[name] = keras_metric_cases.run(tf, name)
(HERE / "training" / "keras_metrics.json").write_text(json.dumps(found, indent=1) + "\n")
