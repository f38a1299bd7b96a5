"""Graphs rewritten for quantized networks: names, values with many bits and few, training."""

import numpy as np
import pytest

import convflow as tf

quantize = tf.contrib.quantize
RANDOM = np.random.default_rng(9)
IMAGES = RANDOM.normal(size=(4, 8, 8, 3)).astype("float32")


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as opened:
        tf.set_random_seed(3)
        yield opened


def network(training, depthwise=False, images=IMAGES):
    """A convolution with batch normalization, one with a bias, and a dense layer without activation."""
    x = tf.placeholder_with_default(images, [None, 8, 8, 3], name="x")
    with tf.variable_scope("net"):
        if depthwise:
            with tf.variable_scope("conv1"):
                h = tf.nn.depthwise_conv2d(x, tf.get_variable("weights", [3, 3, 3, 2]), [1, 1, 1, 1], "SAME")
        else:
            h = tf.layers.conv2d(x, 4, 3, use_bias=False, name="conv1")
        h = tf.layers.batch_normalization(h, training=training, name="norm", fused=True)
        h = tf.nn.relu6(h)
        h = tf.layers.conv2d(h, 4, 3, padding="same", activation=tf.nn.relu, name="conv2")
        # Who reads a rewritten tensor reads it rounded; the tensor itself stays what it was.
        return tf.identity(tf.layers.dense(tf.layers.flatten(h), 5, name="fc"))


def started(session):
    """Variables with values that a normalization feels."""
    session.run(tf.global_variables_initializer())
    for variable in tf.global_variables("net/norm"):
        variable.load(RANDOM.uniform(0.5, 1.5, variable.shape.as_list()).astype("float32"), session)


def ranges():
    return sorted(variable.op.name for variable in tf.global_variables() if "_quant/" in variable.op.name)


def fake_quants(graph):
    return [op for op in graph.get_operations() if op.type == "FakeQuantWithMinMaxVars"]


def test_names_in_training(session):
    network(True)
    quantize.create_training_graph()
    prefixes = [f"net/{layer}/{what}_quant" for layer in ("conv1", "conv2", "fc") for what in ("act", "weights")]
    names = [f"{prefix}/{end}" for prefix in prefixes for end in ("max", "min")]
    averaged = [name for name in names if "/act_quant/" in name]
    names += [f"{name.rpartition('/')[0]}/{name}/{part}" for name in averaged for part in ("biased", "local_step")]
    assert ranges() == sorted(names)
    assert not {variable.op.name for variable in tf.trainable_variables()} & set(names)
    assert {f"{prefix}/min" for prefix in prefixes} <= {variable.op.name for variable in tf.model_variables()}
    graph = tf.get_default_graph()
    assert sorted(op.name for op in fake_quants(graph)) == [f"{prefix}/FakeQuantWithMinMaxVars" for prefix in prefixes]
    for op in fake_quants(graph):
        assert op.get_attr("num_bits") == 8 and op.get_attr("narrow_range") == ("weights_quant" in op.name)
    for name in ("conv1/BatchNorm_Fold/bias", "conv1/correction_mult", "conv1/mul_fold", "conv1/Conv2D_Fold",
                 "conv1/post_conv_mul", "conv1/add_fold"):  # fmt: skip
        assert graph.get_operation_by_name(f"net/{name}")
    assert graph.get_tensor_by_name("net/conv1/Conv2D_Fold:0").op.inputs[1].op.type == "FakeQuantWithMinMaxVars"
    before = len(fake_quants(graph))
    quantize.create_training_graph()
    assert len(fake_quants(graph)) == before


def test_names_in_evaluation(session):
    network(False)
    quantize.create_eval_graph()
    prefixes = [f"net/{layer}/{what}_quant" for layer in ("conv1", "conv2", "fc") for what in ("act", "weights")]
    assert ranges() == sorted(f"{prefix}/{end}" for prefix in prefixes for end in ("max", "min"))
    session.run(tf.global_variables_initializer())
    by_name = {variable.op.name: session.run(variable) for variable in tf.global_variables()}
    assert by_name["net/conv1/weights_quant/min"] == -6 and by_name["net/conv1/weights_quant/max"] == 6
    assert by_name["net/conv1/act_quant/min"] == 0 and by_name["net/conv1/act_quant/max"] == 6


@pytest.mark.parametrize("depthwise", [False, True])
@pytest.mark.parametrize("training", [False, True])
def test_many_bits_change_little(session, training, depthwise):
    outputs = network(training, depthwise)
    started(session)
    expected = session.run(outputs)
    values = {variable: session.run(variable) for variable in tf.global_variables()}
    if training:
        quantize.experimental_create_training_graph(weight_bits=16, activation_bits=16)
    else:
        quantize.experimental_create_eval_graph(weight_bits=16, activation_bits=16)
    session.run(tf.global_variables_initializer())
    for variable, value in values.items():
        variable.load(value, session)
    for variable in tf.global_variables():
        # The dense layer's sums are larger than the range at first, which evaluation does not move.
        if not training and variable.op.name in ("net/fc/act_quant/min", "net/fc/act_quant/max"):
            variable.load(-20.0 if variable.op.name.endswith("min") else 20.0, session)
    rounded = session.run(outputs)
    np.testing.assert_allclose(rounded, expected, atol=5e-3 * np.abs(expected).max())
    assert np.abs(rounded - expected).max() > 0


def test_weights_are_rounded_to_steps(session):
    x = tf.constant(IMAGES)
    h = tf.layers.conv2d(x, 4, 3, use_bias=False, name="conv")
    y = tf.identity(tf.nn.relu(h), name="y")
    quantize.create_training_graph()
    session.run(tf.global_variables_initializer())
    weights, rounded = session.run(["conv/kernel:0", "conv/weights_quant/FakeQuantWithMinMaxVars:0"])
    least, most = session.run(["conv/weights_quant/min:0", "conv/weights_quant/max:0"])
    assert (least, most) == (weights.min(), weights.max())
    # A narrow range has 254 steps; zero is one of them.
    step = (np.float64(most) - least) / 254
    np.testing.assert_allclose(np.round(rounded / step), rounded / step, atol=1e-3)
    assert np.abs(rounded - weights).max() <= step
    first = session.run(y)
    assert len(np.unique(first)) <= 256
    least, most = session.run(["conv/act_quant/min:0", "conv/act_quant/max:0"])
    np.testing.assert_allclose([least, most], [0, first.max()], rtol=1e-2, atol=1e-6)


@pytest.mark.parametrize("bits", [4, 8])
def test_symmetric_ranges(session, bits):
    tf.nn.relu(tf.layers.conv2d(tf.constant(IMAGES), 4, 3, use_bias=False, name="conv"))
    quantize.experimental_create_training_graph(weight_bits=bits, symmetric=True)
    session.run(tf.global_variables_initializer())
    weights, rounded = session.run(["conv/kernel:0", "conv/weights_quant/FakeQuantWithMinMaxVars:0"])
    least, most = session.run(["conv/weights_quant/min:0", "conv/weights_quant/max:0"])
    assert -least == most == np.abs(weights).max()
    assert len(np.unique(rounded)) <= 2**bits - 1


def test_a_delay(session):
    y = tf.identity(tf.nn.relu(tf.layers.conv2d(tf.constant(IMAGES), 4, 3, name="conv")))
    session.run(tf.global_variables_initializer())
    exact, kernel = session.run([y, "conv/kernel:0"])
    quantize.create_training_graph(quant_delay=3)
    session.run(tf.global_variables_initializer())
    tf.trainable_variables()[0].load(kernel, session)
    outputs = [session.run(y) for _ in range(4)]
    for output in outputs[:2]:
        np.testing.assert_array_equal(output, exact)
    assert all(np.abs(output - exact).max() > 0 for output in outputs[2:])
    assert session.run("fake_quantization_step:0") == 4
    graph = tf.get_default_graph()
    assert graph.get_operation_by_name("conv/weights_quant/activate_quant").type == "GreaterEqual"
    assert graph.get_operation_by_name("conv/act_quant/delayed_quant/Merge").type == "Merge"


def test_training_goes_on(session):
    outputs = network(True)
    loss = tf.losses.sparse_softmax_cross_entropy([0, 1, 2, 3], outputs)
    quantize.create_training_graph()
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train = tf.train.MomentumOptimizer(0.01, 0.9).minimize(loss)
    session.run(tf.global_variables_initializer())
    kernel = "net/conv1/kernel:0"
    before, first = session.run([kernel, loss])
    before = before.copy()
    for _ in range(60):
        session.run(train)
    after, last = session.run([kernel, loss])
    assert np.abs(after - before).max() > 1e-3 and last < 0.3 * first


def test_training_and_evaluation_share_checkpoints(tmp_path):
    with tf.Graph().as_default(), tf.Session() as session:
        outputs = network(True)
        updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
        quantize.create_training_graph()
        session.run(tf.global_variables_initializer())
        for _ in range(5):
            session.run([outputs, *updates])
        prefix = tf.train.Saver().save(session, str(tmp_path / "model"))
    with tf.Graph().as_default(), tf.Session() as session:
        outputs = network(False)
        quantize.create_eval_graph()
        tf.train.Saver().restore(session, prefix)
        assert 5 < len(np.unique(session.run(outputs))) <= 20


def test_frozen_normalization_uses_moving_statistics(session):
    outputs = network(True)
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    started(session)
    values = {variable: session.run(variable) for variable in tf.global_variables()}
    quantize.experimental_create_training_graph(weight_bits=16, activation_bits=16, freeze_bn_delay=2)
    session.run(tf.global_variables_initializer())
    for variable, value in values.items():
        variable.load(value, session)
    moving = "net/norm/moving_mean:0"
    session.run([outputs, *updates])
    moved = session.run(moving)
    assert np.abs(moved - values[next(v for v in values if v.name == moving)]).max() > 0
    # The second run is counted, and nothing moves any more.
    frozen, _ = session.run([outputs, updates])
    np.testing.assert_array_equal(session.run(moving), moved)
    kernel, gamma, beta, mean, variance = session.run(
        [f"net/{name}:0" for name in ("conv1/kernel", "norm/gamma", "norm/beta", "norm/moving_mean",
                                      "norm/moving_variance")]
    )  # fmt: skip
    with tf.Graph().as_default(), tf.Session() as plain:
        found = network(False)
        for variable, value in values.items():
            local = next(v for v in tf.global_variables() if v.name == variable.name)
            local.load(value, plain)
        for name, value in (("conv1/kernel", kernel), ("norm/gamma", gamma), ("norm/beta", beta),
                            ("norm/moving_mean", mean), ("norm/moving_variance", variance)):  # fmt: skip
            next(v for v in tf.global_variables() if v.op.name == f"net/{name}").load(value, plain)
        expected = plain.run(found)
    np.testing.assert_allclose(frozen, expected, atol=2e-2 * np.abs(expected).max())


@pytest.mark.parametrize("stem", [False, True])
def test_sums_are_rounded(session, stem):
    x = tf.constant(IMAGES)
    if stem:
        x = tf.layers.conv2d(x, 3, 1, activation=tf.nn.relu, name="block/stem")
    with tf.variable_scope("block"):
        branch = tf.layers.conv2d(x, 3, 3, padding="same", name="conv")
        y = tf.identity(branch + x)
    quantize.create_training_graph()
    graph = tf.get_default_graph()
    # A sum with an activation is that of the activation's layer, which comes first.
    behind = "post_activation_bypass_quant" if stem else "add_quant"
    for name in ("block/conv/conv_quant", f"block/{behind}", "block/conv/weights_quant"):
        assert graph.get_operation_by_name(f"{name}/FakeQuantWithMinMaxVars")
    session.run(tf.global_variables_initializer())
    assert len(np.unique(session.run(y))) <= 256


def test_activations_behind_sums_are_rounded_alone(session):
    with tf.variable_scope("block"):
        branch = tf.layers.conv2d(tf.constant(IMAGES), 3, 3, padding="same", name="conv")
        tf.identity(tf.nn.relu(branch + tf.constant(IMAGES)))
    quantize.create_training_graph()
    names = {op.name.rpartition("/")[0] for op in fake_quants(tf.get_default_graph())}
    assert names == {"block/conv/weights_quant", "block/conv/conv_quant", "block/act_quant"}


def test_a_scope(session):
    network(True)
    quantize.experimental_create_training_graph(scope="net/conv2")
    assert {name.split("/")[1] for name in ranges()} == {"conv2"}


def test_refusals(session):
    x = tf.layers.conv2d(tf.constant(IMAGES), 4, 3, use_bias=False, name="conv")
    y, _, _ = tf.nn.fused_batch_norm(x, tf.ones([4]), tf.zeros([4]), is_training=True)
    tf.identity(y)
    with pytest.raises(ValueError, match="needs moving averages"):
        quantize.create_training_graph()
