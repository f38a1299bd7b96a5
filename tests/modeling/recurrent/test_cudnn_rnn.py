"""CuDNN's recurrent layers against plain NumPy, and their checkpoints in cells."""

import numpy as np
import pytest

import convflow as tf
from convflow.api.contrib.cudnn_rnn.python.ops import cudnn_rnn_ops

cudnn = tf.contrib.cudnn_rnn
RANDOM = np.random.default_rng(8)
LAYERS = {"lstm": cudnn.CudnnLSTM, "gru": cudnn.CudnnGRU, "tanh": cudnn.CudnnRNNTanh, "relu": cudnn.CudnnRNNRelu}
GATES = {"lstm": 4, "gru": 3, "tanh": 1, "relu": 1}
UNITS, DEPTH, BATCH, TIME = 3, 2, 4, 5


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as opened:
        tf.set_random_seed(3)
        yield opened


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def step(kind, x, h, c, weights, biases):
    """One step of the formulas, by gates."""
    gates = GATES[kind]
    of_x = [x @ w.T + b for w, b in zip(weights[:gates], biases[:gates], strict=True)]
    of_h = [h @ w.T + b for w, b in zip(weights[gates:], biases[gates:], strict=True)]
    if kind == "lstm":
        i, f, g, o = (one + other for one, other in zip(of_x, of_h, strict=True))
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        return sigmoid(o) * np.tanh(c), c
    if kind == "gru":
        r, u = sigmoid(of_x[0] + of_h[0]), sigmoid(of_x[1] + of_h[1])
        candidate = np.tanh(of_x[2] + r * of_h[2])
        return (1 - u) * candidate + u * h, c
    total = of_x[0] + of_h[0]
    return (np.tanh(total) if kind == "tanh" else np.maximum(total, 0)), c


def run(kind, vector, x, layers, directions, h, c, lengths=None):
    """All layers, of the vector that holds first all matrices and then all biases."""
    lengths = np.full(x.shape[1], x.shape[0]) if lengths is None else np.asarray(lengths)
    gates, rest = GATES[kind], list(vector)
    shapes = []
    for layer in range(layers):
        columns = x.shape[2] if layer == 0 else UNITS * directions
        shapes += ([(UNITS, columns)] * gates + [(UNITS, UNITS)] * gates) * directions
    sizes = [rows * columns for rows, columns in shapes] + [UNITS] * len(shapes)
    parts = np.split(np.array(rest), np.cumsum(sizes)[:-1])
    assert len(parts[-1]) == UNITS
    weights = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=False)]
    biases = parts[len(shapes) :]
    last_h, last_c = [], []
    for layer in range(layers):
        outputs = []
        for direction in range(directions):
            number = layer * directions + direction
            own = slice(number * 2 * gates, (number + 1) * 2 * gates)
            state, memory = h[number].copy(), c[number].copy()
            found = np.zeros((len(x), x.shape[1], UNITS))
            for at in range(len(x)):
                for example in range(x.shape[1]):
                    if at >= lengths[example]:
                        continue
                    time = at if direction == 0 else lengths[example] - 1 - at
                    row = slice(example, example + 1)
                    state[row], memory[row] = step(
                        kind, x[time, row], state[row], memory[row], weights[own], biases[own]
                    )
                    found[time, row] = state[row]
            outputs.append(found)
            last_h.append(state)
            last_c.append(memory)
        x = np.concatenate(outputs, 2)
    return x, np.array(last_h), np.array(last_c)


@pytest.mark.parametrize("direction", ["unidirectional", "bidirectional"])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", LAYERS)
def test_outputs(session, kind, layers, direction):
    layer = LAYERS[kind](layers, UNITS, direction=direction)
    given = RANDOM.normal(size=(TIME, BATCH, DEPTH)).astype("float32")
    holder = tf.placeholder(tf.float32, [None, None, DEPTH])
    directions = 1 + (direction == "bidirectional")
    start = RANDOM.normal(size=(2, layers * directions, BATCH, UNITS)).astype("float32")
    state = tuple(tf.constant(one) for one in start)[: 2 if kind == "lstm" else 1]
    outputs, last = layer(holder, initial_state=state)
    fresh, _ = layer(holder)
    assert outputs.shape.as_list() == [None, None, UNITS * directions]
    assert len(last) == len(state) and last[0].shape.as_list() == [layers * directions, BATCH, UNITS]
    (variable,) = tf.trainable_variables()
    name = {"lstm": "cudnn_lstm", "gru": "cudnn_gru", "tanh": "cudnn_rnn_tanh", "relu": "cudnn_rnn_relu"}[kind]
    assert variable.op.name == f"{name}/opaque_kernel"
    vector = RANDOM.normal(size=variable.shape.as_list()) / 2
    variable.load(vector.astype("float32"), session)
    outputs, last, fresh = session.run([outputs, last, fresh], {holder: given})
    expected = run(kind, vector, given, layers, directions, *start.astype("float64"))
    np.testing.assert_allclose(outputs, expected[0], rtol=1e-4, atol=1e-5)
    for one, other in zip(last, expected[1:], strict=False):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    expected = run(kind, vector, given, layers, directions, *np.zeros(start.shape))
    np.testing.assert_allclose(fresh, expected[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("time_major", [True, False])
@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_lengths(session, kind, time_major):
    lengths = [5, 2, 3, 5]
    layer = LAYERS[kind](2, UNITS, direction="bidirectional", dtype=tf.float64)
    given = RANDOM.normal(size=(TIME, BATCH, DEPTH))
    inputs = tf.constant(given if time_major else given.transpose(1, 0, 2))
    outputs, last = layer(inputs, sequence_lengths=tf.constant(lengths), time_major=time_major)
    full, _ = layer(inputs, time_major=time_major)
    assert (outputs.op.type, full.op.type) == ("CudnnRNNV3", "CudnnRNN" if time_major else "CudnnRNNV3")
    assert tf.gradients(outputs, inputs)[0].op.type == "CudnnRNNBackpropV3"
    (variable,) = tf.trainable_variables()
    vector = RANDOM.normal(size=variable.shape.as_list())
    variable.load(vector, session)
    error = tf.test.compute_gradient_error(
        [inputs, variable], [inputs.shape, variable.shape], outputs, outputs.shape.as_list(),
        x_init_value=[session.run(inputs), vector], delta=1e-5,
    )  # fmt: skip
    assert error < 1e-7
    outputs, last, full = session.run([outputs, last, full])
    if not time_major:
        assert last[0].shape == (BATCH, 4, UNITS)
        outputs, full, last = outputs.transpose(1, 0, 2), full.transpose(1, 0, 2), [last[0].transpose(1, 0, 2)]
    start = np.zeros((2, 4, BATCH, UNITS))
    expected = run(kind, vector, given, 2, 2, *start, lengths)
    np.testing.assert_allclose(outputs, expected[0], atol=1e-10)
    np.testing.assert_allclose(last[0], expected[1], atol=1e-10)
    np.testing.assert_allclose(full, run(kind, vector, given, 2, 2, *start)[0], atol=1e-10)


@pytest.mark.parametrize("kind", LAYERS)
def test_gradients_are_finite_differences(session, kind):
    layer = LAYERS[kind](2, UNITS, dtype=tf.float64)
    inputs = tf.constant(RANDOM.normal(size=(TIME, BATCH, DEPTH)))
    state = tuple(tf.constant(RANDOM.normal(size=(2, BATCH, UNITS))) for _ in range(1 + (kind == "lstm")))
    outputs, last = layer(inputs, initial_state=state)
    loss = tf.reduce_sum(tf.sin(outputs)) + sum(tf.reduce_sum(tf.cos(one)) for one in last)
    assert tf.gradients(outputs, inputs)[0].op.type == "CudnnRNNBackprop"
    session.run(tf.global_variables_initializer())
    by = [inputs, *state, *tf.trainable_variables()]
    error = tf.test.compute_gradient_error(
        by, [one.shape for one in by], loss, [], x_init_value=session.run(by), delta=1e-5
    )
    assert error < 1e-5


def cells(kind, layers, directions):
    made = {"lstm": cudnn.CudnnCompatibleLSTMCell, "gru": cudnn.CudnnCompatibleGRUCell}.get(kind)
    made = made or (lambda units: tf.nn.rnn_cell.BasicRNNCell(units, {"tanh": tf.tanh, "relu": tf.nn.relu}[kind]))
    several = [[made(UNITS) for _ in range(layers)] for _ in range(directions)]
    return several if directions == 2 else tf.nn.rnn_cell.MultiRNNCell(several[0])


@pytest.mark.parametrize("direction", ["unidirectional", "bidirectional"])
@pytest.mark.parametrize("kind", LAYERS)
def test_checkpoints_go_to_cells_and_back(tmp_path, kind, direction):
    given = RANDOM.normal(size=(TIME, BATCH, DEPTH)).astype("float32")
    scope = {"lstm": "cudnn_lstm", "gru": "cudnn_gru"}.get(kind, f"cudnn_rnn_{kind}")
    directions = 1 + (direction == "bidirectional")

    def layer_outputs():
        biases = tf.random_normal_initializer(seed=4)
        return LAYERS[kind](2, UNITS, direction=direction, bias_initializer=biases)(tf.constant(given))[0]

    with tf.Graph().as_default(), tf.Session() as session:
        outputs = layer_outputs()
        session.run(tf.global_variables_initializer())
        expected = session.run(outputs)
        layer_prefix = tf.train.Saver().save(session, str(tmp_path / "layer"))
    with tf.Graph().as_default(), tf.Session() as session:
        with tf.variable_scope(scope):
            made = cells(kind, 2, directions)
            if directions == 1:
                found, _ = tf.nn.dynamic_rnn(made, tf.constant(given), dtype=tf.float32, time_major=True)
            else:
                found, _, _ = tf.contrib.rnn.stack_bidirectional_dynamic_rnn(
                    *made, tf.constant(given), dtype=tf.float32, time_major=True
                )
        saver = tf.train.Saver()
        saver.restore(session, layer_prefix)
        np.testing.assert_allclose(session.run(found), expected, rtol=1e-4, atol=1e-5)
        cells_prefix = saver.save(session, str(tmp_path / "cells"))
    with tf.Graph().as_default(), tf.Session() as session:
        outputs = layer_outputs()
        session.run(tf.global_variables_initializer())
        # The vector itself is in the layer's checkpoints only.
        tf.train.Saver(tf.get_collection(tf.GraphKeys.SAVEABLE_OBJECTS)).restore(session, cells_prefix)
        np.testing.assert_allclose(session.run(outputs), expected, rtol=1e-4, atol=1e-5)
        tf.train.Saver().restore(session, layer_prefix)
        np.testing.assert_array_equal(session.run(outputs), expected)


def test_names_in_checkpoints(session):
    layer = cudnn.CudnnLSTM(2, UNITS, direction="bidirectional", name="one")
    layer(tf.zeros([TIME, BATCH, DEPTH]))
    at = "one/stack_bidirectional_rnn/cell_{}/bidirectional_rnn/{}/cudnn_compatible_lstm_cell/{}"
    names = [at.format(*parts) for parts in np.ndindex(2, 2, 2)]
    names = [at.format(cell, way, part) for cell in (0, 1) for way in ("fw", "bw") for part in ("kernel", "bias")]
    assert [spec.name for spec in layer.saveable.specs] == names
    assert layer.saveable.name == "one/opaque_kernel_saveable"
    shapes = [spec.tensor.shape.as_list() for spec in layer.saveable.specs[::2]]
    assert shapes == [[5, 12], [5, 12], [9, 12], [9, 12]]
    assert tf.get_collection(tf.GraphKeys.SAVEABLE_OBJECTS) == [layer.saveable]
    assert layer.canonical_weight_shapes[:5] == [(3, 2)] * 4 + [(3, 3)]
    assert layer.canonical_bias_shapes == [(3,)] * 32
    assert (layer.num_dirs, layer.num_layers, layer.num_units, layer.input_size) == (2, 2, 3, 2)


def test_initializers_see_each_matrix(session):
    seen = []

    def ones(shape, dtype=None, partition_info=None):
        seen.append(tuple(shape))
        return tf.ones(shape, dtype)

    layer = cudnn.CudnnGRU(1, UNITS, kernel_initializer=ones, bias_initializer=tf.constant_initializer(2.0))
    layer(tf.zeros([TIME, BATCH, DEPTH]))
    assert seen == [(3, 2)] * 3 + [(3, 3)] * 3
    session.run(tf.global_variables_initializer())
    np.testing.assert_array_equal(session.run(layer.kernel), [1.0] * 45 + [2.0] * 18)


def test_dropout_is_between_layers(session):
    inputs = tf.ones([TIME, BATCH, DEPTH])
    one = cudnn.CudnnRNNTanh(1, UNITS, dropout=0.9)
    two = cudnn.CudnnRNNTanh(2, 50, dropout=0.5, seed=1)
    outputs = [one(inputs)[0], one(inputs, training=False)[0], two(inputs)[0], two(inputs, training=False)[0]]
    slopes = tf.gradients(outputs[2], two.kernel)[0]
    session.run(tf.global_variables_initializer())
    single, same, first, plain = session.run(outputs)
    np.testing.assert_array_equal(single, same)
    assert not np.allclose(first, plain)
    assert not np.allclose(first, session.run(outputs[2]))
    np.testing.assert_array_equal(plain, session.run(outputs[3]))
    assert np.abs(session.run(slopes)).max() > 0


def test_nodes_of_converters(session):
    converter = cudnn_rnn_ops.CudnnParamsFormatConverterGRU(2, UNITS, DEPTH, direction="bidirectional")
    size = tf.raw_ops.CudnnRNNParamsSize(
        num_layers=2, num_units=UNITS, input_size=DEPTH, T=tf.float32, S=tf.int32, rnn_mode="gru",
        direction="bidirectional",
    )  # fmt: skip
    assert session.run(size).tolist() == [converter.network.size]
    vector = tf.constant(RANDOM.normal(size=converter.network.size).astype("float32"))
    weights, biases = converter.opaque_to_canonical(vector)
    assert weights[0].op.type == "CudnnRNNParamsToCanonical"
    np.testing.assert_array_equal(*session.run([converter.canonical_to_opaque(weights, biases), vector]))
    canonical = converter.opaque_to_tf_canonical(vector)
    back = converter.opaque_to_tf_canonical(converter.tf_canonical_to_opaque(canonical))
    for one, other in zip(session.run(canonical), session.run(back), strict=True):
        for left, right in zip(one, other, strict=True):
            np.testing.assert_allclose(left, right, rtol=1e-6)
    with pytest.raises(tf.errors.InvalidArgumentError, match="weights and biases have the shapes"):
        session.run(tf.raw_ops.CudnnRNNCanonicalToParams(
            num_layers=1, num_units=3, input_size=2, weights=[tf.ones([3, 3])] * 2, biases=[tf.ones([3])] * 2,
            rnn_mode="rnn_tanh",
        ))  # fmt: skip


def test_refusals(session):
    with pytest.raises(ValueError, match="direction must be 'unidirectional' or 'bidirectional', got 'both'"):
        cudnn.CudnnLSTM(1, 3, direction="both")
    with pytest.raises(ValueError, match="input_mode 'skip_input' is not supported"):
        cudnn.CudnnLSTM(1, 3, input_mode="skip_input")
    with pytest.raises(ValueError, match=r"Only support float32 and float64 on the CPU, provided .*float16"):
        cudnn.CudnnLSTM(1, 3, dtype=tf.float16)
    with pytest.raises(ValueError, match=r"dropout must be a probability, got 1\.5"):
        cudnn.CudnnLSTM(1, 3, dropout=1.5)
    with pytest.raises(ValueError, match="Expecting input_shape with 3 dims, got 2"):
        cudnn.CudnnLSTM(1, 3)(tf.ones([2, 3]))
    with pytest.raises(ValueError, match="The last dimension of the inputs to CudnnGRU should be defined"):
        cudnn.CudnnGRU(1, 3)(tf.placeholder(tf.float32, [None, None, None]))
    with pytest.raises(ValueError, match="'input_size' is unknown since layer has not been built"):
        cudnn.CudnnGRU(1, 3).input_size  # noqa: B018
    inputs = tf.ones([TIME, BATCH, DEPTH])
    with pytest.raises(ValueError, match="Invalid initial_state type: Tensor, expecting tuple"):
        cudnn.CudnnGRU(1, 3)(inputs, initial_state=tf.zeros([1, BATCH, 3]))
    with pytest.raises(ValueError, match="training must be True or False when the layer is called"):
        cudnn.CudnnGRU(1, 3)(inputs, training=tf.constant(True))
    with pytest.raises(ValueError, match="the batches of input and input_h"):
        cudnn.CudnnGRU(1, 3)(inputs, initial_state=(tf.zeros([1, BATCH + 1, 3]),))
    layer = cudnn.CudnnGRU(1, 3)
    outputs, _ = layer(inputs, training=False)
    with pytest.raises(ValueError, match="is_training must be set to True"):
        tf.gradients(outputs, layer.kernel)
