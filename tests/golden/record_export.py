"""Records frozen graphs and SavedModels of TensorFlow, with input and output, for tests/tools/test_export_golden.py.

Run by a Python with TensorFlow 2.21, tf-keras and tf-slim: python tests/golden/record_export.py
"""

import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf2
import tensorflow.compat.v1 as tf
import tf_keras as keras
import tf_slim as slim
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

# Where TensorFlow's lazy loader looks for it; this release of tf_keras has it elsewhere.
from tensorflow.python.ops import control_flow_ops
from tf_keras.src import legacy_tf_layers
from tf_keras.src.legacy_tf_layers import normalization

sys.modules["tf_keras.legacy_tf_layers"] = legacy_tf_layers
sys.modules["tf_keras.legacy_tf_layers.normalization"] = normalization
control_flow_ops.cond = tf.cond  # TF-Slim asks for it where earlier releases of TensorFlow had it

OUT = Path(__file__).with_name("export")


def layers_with_switches():
    """tf.layers with placeholders for training and dropout, reference variables."""
    x = tf.placeholder(tf.float32, [None, 8, 8, 3], name="x")
    training = tf.placeholder(tf.bool, [], name="is_training")
    keep_prob = tf.placeholder(tf.float32, [], name="keep_prob")
    net = tf.layers.conv2d(x, 4, 3, padding="same", activation=tf.nn.relu, name="conv1")
    net = tf.layers.batch_normalization(net, training=training, name="norm1")
    net = tf.layers.max_pooling2d(net, 3, 2, padding="same")
    net = tf.layers.conv2d(net, 6, 3, dilation_rate=2, padding="same", name="conv2")
    net = tf.layers.dropout(net, 0.5, training=training)
    net = tf.nn.dropout(tf.layers.flatten(net), keep_prob)
    return [tf.nn.softmax(tf.layers.dense(net, 5, name="logits"), name="prob")]


def resource_variables():
    """Resource variables, an encoder and a decoder, two outputs."""
    tf.get_variable_scope().set_use_resource(True)
    x = tf.placeholder(tf.float32, [None, 8, 8, 2], name="x")
    net = tf.layers.conv2d(x, 4, 3, strides=2, padding="same", activation=tf.nn.elu, name="down")
    code = tf.reduce_mean(net, [1, 2], name="code")
    net = tf.layers.conv2d_transpose(net, 3, 4, strides=2, padding="same", name="up")
    small = tf.image.resize_bilinear(net, [5, 5], align_corners=True)
    return [code, tf.tanh(tf.concat([small, small * 2], 3), name="maps")]


def slim_blocks():
    """Separable convolutions and non-fused batch norm of TF-Slim, residual sum, local response normalisation."""
    x = tf.placeholder(tf.float32, [None, 9, 9, 3], name="x")
    with slim.arg_scope(
        [slim.conv2d, slim.separable_conv2d],
        normalizer_fn=slim.batch_norm,
        normalizer_params={"is_training": False, "scale": True},
    ):
        net = slim.conv2d(x, 6, [3, 3], stride=2, activation_fn=tf.nn.relu6, scope="Conv_0")
        more = slim.separable_conv2d(net, 6, [3, 3], depth_multiplier=1, rate=2, scope="Conv_1")
    net = tf.nn.lrn(net + more, 2, bias=1.0, alpha=0.1, beta=0.75)
    net = slim.avg_pool2d(net, [3, 3], stride=1, padding="SAME")
    net = slim.conv2d(tf.reduce_mean(net, [1, 2], keepdims=True), 4, [1, 1], activation_fn=None, scope="Logits")
    return [tf.squeeze(net, [1, 2], name="logits")]


def randomize(session):
    generator = np.random.default_rng(5)
    for variable in tf.global_variables():
        low = 0.5 if "variance" in variable.name else -0.5
        variable.load(generator.uniform(low, 1, variable.shape.as_list()).astype(np.float32), session)


FED = {"is_training": False, "keep_prob": 1.0}


def record_graph(build):
    with tf.Graph().as_default() as graph, tf.Session(graph=graph) as session:
        outputs = build()
        session.run(tf.global_variables_initializer())
        randomize(session)
        x = graph.get_tensor_by_name("x:0")
        image = np.random.default_rng(1).normal(size=[2, *x.shape.as_list()[1:]]).astype(np.float32)
        present = {op.name for op in graph.get_operations()}
        feeds = {x: image, **{f"{name}:0": value for name, value in FED.items() if name in present}}
        values = session.run(outputs, feeds)
        names = [each.op.name for each in outputs]
        frozen = tf.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), names)
        if build is resource_variables:
            tf.saved_model.simple_save(
                session, str(OUT / "saved_model"), {"image": x}, dict(zip("ab", outputs, strict=True))
            )
    write(build.__name__, frozen, names, image, values, [name for name in FED if name in present])


def record_keras():
    """A MobileNetV2-like Keras model, its function frozen as TensorFlow 2's users do it."""
    inputs = keras.Input([10, 10, 3])
    net = keras.layers.ZeroPadding2D(((0, 1), (0, 1)))(inputs)
    net = keras.layers.Conv2D(4, 3, strides=2, use_bias=False)(net)
    net = keras.layers.BatchNormalization()(net)
    net = first = keras.layers.ReLU(6.0)(net)
    net = keras.layers.DepthwiseConv2D(3, padding="same", use_bias=False)(net)
    net = keras.layers.BatchNormalization()(net)
    net = keras.layers.LeakyReLU(0.1)(net)
    net = keras.layers.Conv2D(4, 1)(net)
    net = keras.layers.Add()([net, first])
    net = keras.layers.UpSampling2D(2)(net)
    net = keras.layers.GlobalAveragePooling2D()(net)
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(keras.layers.Dropout(0.3)(net)))
    generator = np.random.default_rng(5)
    model.set_weights([generator.uniform(0.1, 1, weight.shape).astype(np.float32) for weight in model.get_weights()])
    image = generator.normal(size=[2, 10, 10, 3]).astype(np.float32)
    function = tf2.function(model).get_concrete_function(tf2.TensorSpec([None, 10, 10, 3], tf2.float32, name="x"))
    frozen = convert_variables_to_constants_v2(function)
    values = [value.numpy() for value in frozen(tf2.constant(image))]
    names = [tensor.op.name for tensor in frozen.outputs]
    write("keras", frozen.graph.as_graph_def(), names, image, values, [])


def write(name, frozen, outputs, image, values, fixed):
    (OUT / f"{name}.pb").write_bytes(frozen.SerializeToString(deterministic=True))
    rows = {"outputs": outputs, "fixed": {key: str(FED[key]) for key in fixed}}
    arrays = {"image": image, **{f"value_{i}": value for i, value in enumerate(values)}}
    (OUT / f"{name}.json").write_text(
        json.dumps({**rows, **{key: np.asarray(value).round(7).tolist() for key, value in arrays.items()}}) + "\n"
    )


if __name__ == "__main__":
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    record_keras()
    tf.disable_v2_behavior()
    for build in (layers_with_switches, resource_variables, slim_blocks):
        record_graph(build)
