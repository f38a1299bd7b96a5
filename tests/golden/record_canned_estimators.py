"""Records what TensorFlow's ready-made estimators do in tests/golden/training/canned.py.

    python tests/golden/record_canned_estimators.py TENSORFLOW_ESTIMATOR

TENSORFLOW_ESTIMATOR is the folder of an unpacked wheel of tensorflow-estimator 2.15, the last release. What it imports
of TensorFlow and later releases lack, it does not use here; empty modules stand for it.
"""

import json
import os
import sys
import tempfile
import types
from pathlib import Path

os.environ.update(TF_USE_LEGACY_KERAS="1", TF_CPP_MIN_LOG_LEVEL="3")
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "training"))

import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()


def module(name, **members):
    made = types.ModuleType(name)
    vars(made).update(members)
    sys.modules[name] = made
    return made


def estimator_of(folder):
    """The parts of the wheel that the program uses, as `tf.estimator` has them."""
    from tensorflow.python import distribute

    distribute.estimator_training = module(
        "tensorflow.python.distribute.estimator_training", should_run_distribute_coordinator=lambda config: False
    )
    module("tensorflow_estimator", __path__=[os.path.join(folder, "tensorflow_estimator")])
    module(
        "tensorflow_estimator.python.estimator.estimator_export",
        estimator_export=lambda *names, **kwargs: lambda function: function,
    )
    from tensorflow_estimator.python.estimator.canned import baseline, dnn, dnn_linear_combined, linear
    from tensorflow_estimator.python.estimator.inputs import inputs
    from tensorflow_estimator.python.estimator.run_config import RunConfig

    found = {
        name: getattr(part, name)
        for part, start in (
            (baseline, "Baseline"),
            (dnn, "DNN"),
            (linear, "Linear"),
            (dnn_linear_combined, "DNNLinearCombined"),
        )
        for name in (start + "Classifier", start + "Regressor")
    }
    return types.SimpleNamespace(RunConfig=RunConfig, inputs=inputs, **found)


def main():
    import canned

    est = estimator_of(sys.argv[1])
    found = {}
    for name in canned.cases(tf, est):
        with tempfile.TemporaryDirectory() as folder:
            found[name] = canned.record(tf, est, name, folder)
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(case)}" for name, case in found.items())
    (HERE / "training" / "canned.json").write_text("{\n" + lines + "\n}\n")


main()
