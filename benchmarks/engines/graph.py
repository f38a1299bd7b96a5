"""convflow and TensorFlow: the same program, given one or the other as `tf`."""

from __future__ import annotations

import math
import os
import sys
import warnings
from importlib import import_module
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

from benchmarks.catalogue import Work
from benchmarks.engines.prepared import Prepared
from benchmarks.works.program import Action

_NETS = ("inception_v1", "resnet_v1", "vgg")


def load_convflow() -> tuple[Any, Any, dict[str, str]]:
    import convflow as tf

    versions = {"convflow": version("convflow"), "torch": version("torch")}
    return tf, tf.contrib.slim, versions


def load_tensorflow() -> tuple[Any, Any, dict[str, str]]:
    """TensorFlow's `compat.v1`, its `tf.layers` from the legacy Keras."""
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.simplefilter("ignore")
    import tensorflow.compat.v1 as tf
    import tf_slim

    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    _lay_out_as_slim_expects(tf)
    # TensorFlow's package leaves its networks to be imported one by one.
    nets = SimpleNamespace(**{name: import_module(f"tf_slim.nets.{name}") for name in _NETS})
    return tf, SimpleNamespace(arg_scope=tf_slim.arg_scope, nets=nets), {"tensorflow": tf.__version__}


def _lay_out_as_slim_expects(tf: Any) -> None:
    """TF-Slim asks for layers and functions where earlier releases of TensorFlow and Keras had them."""
    for name in ("legacy_tf_layers", "legacy_tf_layers.normalization"):
        sys.modules[f"tf_keras.{name}"] = import_module(f"tf_keras.src.{name}")
    framework: Any = import_module("tensorflow.python.framework.ops")
    framework.Tensor = tf.Tensor


LOADERS = {"convflow": load_convflow, "tensorflow": load_tensorflow}


def _configuration(tf: Any, peer: str, work: Work) -> Any:
    """TensorFlow's own switch for bfloat16 on processors is another field than the one for float16 on others."""
    configuration = tf.ConfigProto()
    rewrites = configuration.graph_options.rewrite_options
    if work.bfloat16 and peer == "tensorflow":
        rewrites.auto_mixed_precision_onednn_bfloat16 = rewrites.ON
    elif work.bfloat16:
        rewrites.auto_mixed_precision = rewrites.ON
    return configuration


def prepare(peer: str, work: Work) -> Prepared:
    """Build the work's graph, initialize it, and leave its session open."""
    tf, slim, versions = LOADERS[peer]()
    with tf.Graph().as_default():
        program = import_module(f"benchmarks.works.{work.module}").build(tf, slim, work.batch, work.training)
        if isinstance(program, Action):
            return Prepared(program.step, 0, versions)
        session = tf.Session(config=_configuration(tf, peer, work))
        session.run(tf.global_variables_initializer())
        parameters = sum(math.prod(each.shape.as_list()) for each in tf.trainable_variables())

    def step() -> None:
        session.run(program.fetches, program.feeds)

    return Prepared(step, parameters, versions)
