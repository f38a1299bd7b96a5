"""TensorFlow's inner modules that programs import: each loads, and gives the objects of the public names."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import pytest

import convflow as tf
from convflow.tools import alias


def inner_modules() -> list[str]:
    names = []
    for package in ("python", "core"):
        top = importlib.import_module(f"convflow.api.{package}")
        names += [module.name for module in pkgutil.walk_packages(top.__path__, f"{top.__name__}.")]
    return names


@pytest.mark.parametrize("name", inner_modules())
def test_every_inner_module_loads(name: str) -> None:
    module = importlib.import_module(name)
    inner = "tensorflow" + name.removeprefix("convflow.api")
    assert module.__doc__ and module.__doc__.startswith(inner)


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        ("framework.ops", "convert_to_tensor", tf.convert_to_tensor),
        ("framework.ops", "Tensor", tf.Tensor),
        ("framework.ops", "name_scope", tf.name_scope),
        ("framework.ops", "IndexedSlices", tf.IndexedSlices),
        ("framework.ops", "op_scope", tf.op_scope),
        ("keras.engine.base_layer", "Layer", tf.keras.layers.Layer),
        ("keras.layers.core", "Dense", tf.keras.layers.Dense),
        ("keras.utils.np_utils", "to_categorical", tf.keras.utils.to_categorical),
        ("saved_model.constants", "VARIABLES_DIRECTORY", tf.saved_model.VARIABLES_DIRECTORY),
        ("framework.dtypes", "float32", tf.float32),
        ("framework.tensor_shape", "TensorShape", tf.TensorShape),
        ("framework.test_util", "TensorFlowTestCase", tf.test.TestCase),
        ("framework.errors_impl", "InvalidArgumentError", tf.errors.InvalidArgumentError),
        ("framework.graph_util", "convert_variables_to_constants", tf.graph_util.convert_variables_to_constants),
        ("ops.array_ops", "concat", tf.concat),
        ("ops.array_ops", "placeholder", tf.placeholder),
        ("ops.math_ops", "reduce_sum", tf.reduce_sum),
        ("ops.nn_ops", "conv2d", tf.nn.conv2d),
        ("ops.nn", "softmax", tf.nn.softmax),
        ("ops.nn_impl", "zero_fraction", tf.nn.zero_fraction),
        ("ops.control_flow_ops", "cond", tf.cond),
        ("ops.control_flow_ops", "while_loop", tf.while_loop),
        ("ops.variable_scope", "get_variable", tf.get_variable),
        ("ops.variables", "Variable", tf.Variable),
        ("ops.init_ops", "truncated_normal_initializer", tf.truncated_normal_initializer),
        ("ops.state_ops", "assign", tf.assign),
        ("ops.image_ops", "resize_bilinear", tf.image.resize_bilinear),
        ("ops.losses.losses_impl", "softmax_cross_entropy", tf.losses.softmax_cross_entropy),
        ("ops.losses", "mean_squared_error", tf.losses.mean_squared_error),
        ("ops.metrics", "accuracy", tf.metrics.accuracy),
        ("ops.rnn_cell_impl", "RNNCell", tf.nn.rnn_cell.RNNCell),
        ("ops.random_ops", "random_uniform", tf.random_uniform),
        ("ops.data_flow_ops", "FIFOQueue", tf.FIFOQueue),
        ("ops.gradients_impl", "gradients", tf.gradients),
        ("ops.gradient_checker", "compute_gradient_error", tf.test.compute_gradient_error),
        ("layers.layers", "conv2d", tf.layers.conv2d),
        ("layers.core", "dense", tf.layers.dense),
        ("platform.test", "TestCase", tf.test.TestCase),
        ("platform.gfile", "Exists", tf.gfile.Exists),
        ("platform.tf_logging", "info", tf.logging.info),
        ("platform.flags", "FLAGS", tf.flags.FLAGS),
        ("summary.summary", "scalar", tf.summary.scalar),
        ("pywrap_tensorflow", "NewCheckpointReader", tf.train.NewCheckpointReader),
        ("lib.io.python_io", "TFRecordWriter", tf.python_io.TFRecordWriter),
        ("util.nest", "flatten", tf.nest.flatten),
        ("util.compat", "as_bytes", tf.compat.as_bytes),
    ],
)
def test_inner_names_are_the_public_ones(module: str, name: str, value: Any) -> None:
    found = getattr(importlib.import_module(f"convflow.api.python.{module}"), name)
    assert found is value or value is None


def test_programs_import_them() -> None:
    with alias.installed():
        names: dict[str, Any] = {}
        exec(
            "import tensorflow as tf\n"
            "from tensorflow.python.framework import ops, dtypes\n"
            "from tensorflow.python.ops import array_ops, gen_nn_ops, math_ops\n"
            "from tensorflow.python.ops.losses import losses\n"
            "from tensorflow.python.client import device_lib, timeline\n"
            "from tensorflow.core.framework import graph_pb2\n"
            "from tensorflow.core.protobuf import config_pb2\n"
            "from tensorflow.core.example import example_pb2\n"
            "from tensorflow.python.platform import gfile\n"
            "import tensorflow.python.util.nest as nest\n"
            "assert config_pb2.ConfigProto is tf.ConfigProto and graph_pb2.GraphDef is tf.GraphDef\n"
            "assert example_pb2.Example is tf.train.Example\n"
            "assert [device.device_type for device in device_lib.list_local_devices()] == ['CPU']\n",
            names,
        )
        assert names["losses"].log_loss is tf.losses.log_loss
