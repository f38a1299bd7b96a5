"""TensorFlow 2's compat.v1 with `tf.contrib.slim`, for the research models' packages.

They are not part of TensorFlow: get the folder `research/slim` of the public repository tensorflow/models, as it was
before its programs were ported to TensorFlow 2, and name it on the command line.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "programs"))

import under_oracle  # noqa: E402 (found by the path above)


def load(folder: str) -> Any:
    """TensorFlow; `from nets import ...` finds the packages in `folder` from now on."""
    tf = under_oracle.load()
    import tf_slim
    import tf_slim.nets
    from tensorflow.python.ops import array_ops, control_flow_ops

    # Where TensorFlow's lazy loader looks for it; this release of tf_keras has it elsewhere.
    for name in ("legacy_tf_layers", "legacy_tf_layers.normalization"):
        sys.modules[f"tf_keras.{name}"] = sys.modules[f"tf_keras.src.{name}"]
    # TF-Slim asks for these where earlier releases of TensorFlow had them.
    control_flow_ops.cond = tf.cond
    array_ops.stack, array_ops.unstack = tf.stack, tf.unstack
    contrib = types.ModuleType("tensorflow.contrib")
    contrib.slim = contrib.layers = contrib.framework = tf_slim
    # Values by name, which no later package has: they make no nodes, so ours serve as well.
    contrib.training = _hparams()
    tf.contrib = contrib
    sys.modules.update({"tensorflow": tf, "tensorflow.contrib": contrib, "tensorflow.contrib.slim": tf_slim})
    sys.path.insert(0, folder)
    return tf


def _hparams() -> types.ModuleType:
    source = HERE.parents[1] / "src" / "convflow" / "training" / "hparams.py"
    spec = importlib.util.spec_from_file_location("hparams", source)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
