"""Variables, layers, networks, optimizers, datasets, metrics and savers in eager mode."""

import copy

import numpy as np
import pytest

import convflow as tf
from convflow.api.python.eager import context

tfe = tf.contrib.eager


@pytest.fixture(autouse=True)
def eager():
    with context.eager_mode():
        yield


def test_tensors_behave_as_numbers():
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    assert repr(x).startswith("<tf.Tensor: id=") and "shape=(2, 2), dtype=float32, numpy=\narray([[1., 2.]," in repr(x)
    assert str(tf.constant(3.0)) == "tf.Tensor(3.0, shape=(), dtype=float32)"
    assert int(tf.constant(3)) == 3 and float(tf.constant(2.5)) == 2.5 and bool(tf.constant(True))
    assert f"{tf.constant(2.5):.2f}" == "2.50" and [10, 20][tf.constant(1)] == 20
    assert len(x) == 2 and [row.numpy().tolist() for row in x] == [[1.0, 2.0], [3.0, 4.0]]
    assert np.add(x, 1.0).tolist() == [[2.0, 3.0], [4.0, 5.0]] and (np.ones([2, 2]) @ x).shape == (2, 2)
    assert x[0, 1].numpy() == 2.0 and x.shape.as_list() == [2, 2] and x.ndim == 2 and x.dtype == tf.float32
    own = x.numpy()
    own[0, 0] = 9.0
    assert x.numpy()[0, 0] == 1.0 and copy.deepcopy(x) is x
    assert tf.constant("word").numpy() == b"word"
    assert tf.constant([1.0]) != tf.constant([1.0])


@pytest.mark.parametrize("name", ["op", "graph", "name", "value_index"])
def test_tensors_are_in_no_graph(name):
    with pytest.raises(AttributeError, match=f"Tensor.{name} is meaningless when eager execution is enabled"):
        getattr(tf.constant(1), name)


def test_what_scalars_and_values_refuse():
    with pytest.raises(TypeError, match=r"Scalar tensor has no `len\(\)`"):
        len(tf.constant(1))
    with pytest.raises(TypeError, match="Cannot iterate over a scalar tensor"):
        iter(tf.constant(1))
    with pytest.raises(ValueError, match=r"shape \(2,\) is not compatible with supplied shape \(3,\)"):
        tf.constant([1, 2]).set_shape([3])
    with pytest.raises(NotImplementedError, match="eval is not supported when eager execution is enabled"):
        tf.constant(1).eval()
    with pytest.raises(tf.errors.InvalidArgumentError, match="cannot compute AddV2 as input #1"):
        tf.constant(1) + tf.constant(1.5)


def test_variables():
    v = tf.Variable([1.0, 2.0], name="v")
    assert isinstance(v, tf.Variable) and isinstance(v, tfe.Variable) and v.name == "v:0"
    assert v.assign_add([1.0, 1.0]) is v and (v * 2).numpy().tolist() == [4.0, 6.0]
    before = v.read_value()
    tf.assign(v, [7.0, 8.0])
    assert before.numpy().tolist() == [2.0, 3.0] and np.array(v).tolist() == [7.0, 8.0]
    assert repr(v) == "<tf.Variable 'v:0' shape=(2,) dtype=float32, numpy=array([7., 8.], dtype=float32)>"
    v.scatter_update(tf.IndexedSlices(tf.constant([5.0]), tf.constant([1])))
    assert v.numpy().tolist() == [7.0, 5.0] and v[1].numpy() == 5.0
    assert v.initializer is None and tf.global_variables() == [] and tf.global_variables_initializer() is None
    other = copy.deepcopy(v)
    other.assign([0.0, 0.0])
    assert v.numpy().tolist() == [7.0, 5.0]
    with pytest.raises(ValueError, match="Shape mismatch"):
        v.assign([1.0])
    with pytest.raises(RuntimeError, match="initial_value not supported in EAGER mode"):
        _ = v.initial_value
    assert tf.train.get_or_create_global_step() is tf.train.get_or_create_global_step()


def test_named_variables_and_stores():
    with tf.variable_scope("scope"):
        first, second = tf.get_variable("w", [2]), tf.get_variable("w", [2])
    assert first.name == second.name == "scope/w:0" and first is not second
    refused = pytest.raises(RuntimeError, match="only supported when an EagerVariableStore is active")
    with refused, tf.variable_scope("scope", reuse=True):
        tf.get_variable("w", [2])
    store = tfe.EagerVariableStore()
    with store.as_default():
        one = tf.layers.dense(tf.ones([1, 2]), 3, name="layer")
        two = tf.layers.dense(tf.ones([1, 2]), 3, name="layer")
    np.testing.assert_array_equal(one.numpy(), two.numpy())
    assert [v.name for v in store.trainable_variables()] == ["layer/bias:0", "layer/kernel:0"]
    assert store.non_trainable_variables() == [] and len(store.copy().variables()) == 2


def test_templates_share_their_variables():
    scaled = tf.make_template("scaled", lambda x: x * tf.get_variable("factor", [1]))
    np.testing.assert_array_equal(scaled(2.0).numpy(), scaled(2.0).numpy())
    assert [v.name for v in scaled.trainable_variables] == ["scaled/factor:0"] and scaled.local_variables == []


def test_recurrent_networks():
    cell = tf.nn.rnn_cell.BasicLSTMCell(5)
    with tf.GradientTape() as tape:
        outputs, state = tf.nn.dynamic_rnn(cell, tf.ones([2, 3, 4]), sequence_length=[1, 3], dtype=tf.float32)
        total = tf.reduce_sum(outputs)
    assert outputs.shape.as_list() == [2, 3, 5] and state.h.shape.as_list() == [2, 5]
    assert not outputs.numpy()[0, 1:].any()
    assert [grad.shape.as_list() for grad in tape.gradient(total, cell.variables)] == [[9, 20], [20]]


def test_layers_keep_their_variables_and_run_their_updates():
    layer = tf.layers.BatchNormalization(momentum=0.5)
    x = tf.constant([[1.0], [3.0]])
    np.testing.assert_allclose(layer(x, training=True).numpy(), [[-0.9995], [0.9995]], atol=1e-3)
    assert layer.moving_mean.numpy().tolist() == [1.0]  # half of 2, the mean of the batch
    layer(x, training=False)
    assert layer.moving_mean.numpy().tolist() == [1.0] and len(layer.trainable_variables) == 2
    conv = tf.layers.Conv2D(2, 3, activation=tf.nn.relu)
    assert conv(tf.ones([1, 5, 5, 1])).shape.as_list() == [1, 3, 3, 2]
    assert conv.variables[0].name.endswith("/kernel:0")


class Net(tfe.Network):
    def __init__(self):
        super().__init__()
        self.first = self.track_layer(tf.layers.Dense(4, activation=tf.nn.relu, name="first"))
        self.last = self.track_layer(tf.layers.Dense(2, name="last"))

    def call(self, x):
        return self.last(self.first(x))


def test_networks():
    net = Net()
    assert net(np.ones([3, 5], np.float32)).shape.as_list() == [3, 2]
    assert len(net.variables) == 4 and net.layers == [net.first, net.last] and net.get_layer("last") is net.last
    with pytest.raises(TypeError, match=r"Network.track_layer\(\) passed type <class 'int'>"):
        net.track_layer(3)
    with pytest.raises(ValueError, match="Attempt to add two Layers with the name 'last'"):
        net.track_layer(tf.layers.Dense(1, name="last"))
    with pytest.raises(RuntimeError, match="add_variable not supported in Network"):
        net.add_variable("w", [1])
    chain = tfe.Sequential([tf.layers.Dense(3), tf.nn.relu, tf.layers.Dropout(0.5)])
    assert chain(tf.ones([2, 2]), training=False).shape.as_list() == [2, 3]


@pytest.mark.parametrize(
    "make",
    [
        lambda: tf.train.GradientDescentOptimizer(0.1),
        lambda: tf.train.MomentumOptimizer(0.1, 0.9),
        lambda: tf.train.AdamOptimizer(0.1),
        lambda: tf.train.AdagradOptimizer(0.1),
        lambda: tf.train.RMSPropOptimizer(0.1, centered=True),
        lambda: tf.train.AdadeltaOptimizer(0.5),
        lambda: tf.train.FtrlOptimizer(0.1),
    ],
    ids=["sgd", "momentum", "adam", "adagrad", "rmsprop", "adadelta", "ftrl"],
)
def test_optimizers_do_what_they_do_in_graphs(make):
    start, target = np.array([1.0, -2.0], np.float32), np.array([0.5, 0.5], np.float32)

    v, optimizer, step = tfe.Variable(start), make(), tf.train.get_or_create_global_step()
    begun = int(step)
    for _ in range(3):
        optimizer.minimize(lambda: tf.reduce_sum((v - target) ** 2), global_step=step)
    with tf.Graph().as_default(), tf.Session() as sess:
        w = tf.Variable(start, use_resource=True)
        train = make().minimize(tf.reduce_sum((w - target) ** 2))
        sess.run(tf.global_variables_initializer())
        for _ in range(3):
            sess.run(train)
        expected = sess.run(w)
    np.testing.assert_allclose(v.numpy(), expected, rtol=1e-6)
    assert int(step) == begun + 3
    assert all(name in ("beta1_power:0", "beta2_power:0") or name.startswith("Variable/") for name in
               (variable.name for variable in tfe.get_optimizer_variables(optimizer)))  # fmt: skip


def test_optimizers_refuse_tensors_and_take_lookups():
    table = tfe.Variable(np.ones([3, 2], np.float32))
    optimizer = tf.train.GradientDescentOptimizer(1.0)
    with pytest.raises(RuntimeError, match=r"`loss` passed to Optimizer.compute_gradients should be a function"):
        optimizer.minimize(tf.constant(1.0))
    optimizer.minimize(lambda: tf.reduce_sum(tf.nn.embedding_lookup(table, [1, 1])))
    assert table.numpy().tolist() == [[1, 1], [-1, -1], [1, 1]]
    rate = tf.train.exponential_decay(0.1, tfe.Variable(10), 10, 0.5)
    np.testing.assert_allclose(rate().numpy(), 0.05)
    other = tfe.Variable(1.0)
    tf.train.GradientDescentOptimizer(rate).minimize(lambda: other * 2.0)
    np.testing.assert_allclose(other.numpy(), 0.9, rtol=1e-6)


def test_a_function_as_loss_in_a_graph():
    with tf.Graph().as_default(), tf.Session() as sess:
        v = tf.Variable(3.0)
        train = tf.train.GradientDescentOptimizer(0.5).minimize(lambda: v * v)
        sess.run(v.initializer)
        sess.run(train)
        assert sess.run(v) == 0.0


def test_datasets_are_iterated():
    data = tf.data.Dataset.from_tensor_slices((np.arange(4.0), np.arange(4))).map(lambda x, y: (x * 2, y)).batch(2)
    assert [(x.numpy().tolist(), y.numpy().tolist()) for x, y in data] == [([0, 2], [0, 1]), ([4, 6], [2, 3])]
    iterator = tfe.Iterator(data)
    assert iterator.next()[1].numpy().tolist() == [0, 1] and next(iterator)[1].numpy().tolist() == [2, 3]
    with pytest.raises(StopIteration):
        iterator.next()
    one_shot = tf.data.Dataset.range(1).make_one_shot_iterator()
    assert one_shot.get_next().numpy() == 0
    with pytest.raises(tf.errors.OutOfRangeError, match="End of sequence"):
        one_shot.get_next()
    v = tfe.Variable(2.0)
    assert [x.numpy() for x in tf.data.Dataset.from_tensors(3.0).map(lambda x: x * v)] == [6.0]
    total = tf.data.Dataset.range(4).reduce(tf.constant(0, tf.int64), lambda a, b: a + b)
    assert total.numpy() == 6
    with tf.Graph().as_default(), pytest.raises(RuntimeError, match="can only be used when eager execution is enabled"):
        tfe.Iterator(tf.data.Dataset.range(2))


def test_generators_and_python_functions_in_datasets():
    data = tf.data.Dataset.from_generator(lambda: iter([1, 2, 3]), tf.int32).shuffle(3, seed=1)
    assert sorted(x.numpy() for x in data) == [1, 2, 3]
    doubled = data.map(lambda x: tf.py_func(lambda v: v * 2, [x], tf.int32))
    assert sorted(x.numpy() for x in doubled) == [2, 4, 6]


def test_metrics():
    mean = tfe.metrics.Mean("m")
    mean(tf.constant([1.0, 3.0]))
    mean(5.0, weights=2.0)
    assert mean.result().numpy() == 3.5 and mean.variables[0].name == "m/numer:0"
    mean.init_variables()
    mean(1.0)
    assert mean.result().numpy() == 1.0
    accuracy = tfe.metrics.Accuracy()
    accuracy(labels=[1, 2, 3, 4], predictions=[1, 2, 0, 0])
    assert accuracy.result().numpy() == 0.5
    classes = tfe.metrics.SparseAccuracy()
    classes([0, 1], [[0.9, 0.1], [0.8, 0.2]])
    assert classes.result().numpy() == 0.5
    binary = tfe.metrics.BinaryAccuracy(threshold=0.5)
    binary([1, 0], [0.7, 0.6])
    assert binary.result().numpy() == 0.5
    with pytest.raises(RuntimeError, match=r"tf.metrics.\* is not supported when eager execution is enabled"):
        tf.metrics.mean(1.0)


def test_savers(tmp_path):
    v, w = tfe.Variable([1.0, 2.0], name="v"), tfe.Variable(3.0, name="w")
    path = tfe.Saver([v, w]).save(str(tmp_path / "model"), global_step=7)
    assert path.endswith("model-7")
    v.assign([0.0, 0.0])
    tfe.Saver({"v": v}).restore(path)
    assert v.numpy().tolist() == [1.0, 2.0]
    saver = tf.train.Saver({"x": w}, max_to_keep=1)
    saver.save(None, str(tmp_path / "other"), global_step=tfe.Variable(1))
    saver.save(None, str(tmp_path / "other"), global_step=2)
    assert tf.train.latest_checkpoint(str(tmp_path)).endswith("other-2")
    assert not (tmp_path / "other-1.index").exists()
    w.assign(0.0)
    saver.restore(None, str(tmp_path / "other-2"))
    assert w.numpy() == 3.0
    with pytest.raises(RuntimeError, match="`var_list` must specify a list or dict of variables to save"):
        tf.train.Saver()
    with pytest.raises(ValueError, match="Two different variables are called 'v'"):
        tfe.Saver([v, tfe.Variable(1.0, name="v")])
    # What a graph saved, eager variables restore.
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.get_variable("v", initializer=tf.constant([8.0, 9.0]))
        sess.run(tf.global_variables_initializer())
        path = tf.train.Saver().save(sess, str(tmp_path / "graph"))
    tfe.Saver([v]).restore(path)
    assert v.numpy().tolist() == [8.0, 9.0]


def test_what_belongs_to_graphs_is_refused():
    with pytest.raises(RuntimeError, match=r"tf.summary.FileWriter is not compatible with eager execution"):
        tf.summary.FileWriter("unused")
    with pytest.raises(RuntimeError, match=r"Merging tf.summary.* ops is not compatible with eager execution"):
        tf.summary.merge_all()
    with pytest.raises(RuntimeError, match="Queues are not compatible with eager execution"):
        tf.train.start_queue_runners()
    with pytest.raises(RuntimeError, match="Queues are not supported when eager execution is enabled"):
        tf.FIFOQueue(3, tf.float32)
    with pytest.raises(ValueError, match="Input pipelines based on Queues are not supported"):
        tf.train.batch([tf.constant(1)], 2)
