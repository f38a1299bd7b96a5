"""Keras models: the same under TensorFlow's Keras, what is saved, what callbacks do, what is refused."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import convflow as tf
from convflow.runtime.eager import context

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "training"
sys.path.insert(0, str(GOLDEN))

import keras_cases  # noqa: E402

WANTED = json.loads((GOLDEN / "keras.json").read_text())
K = tf.keras
# Each way through the layers once.
IN_EAGER_MODE = [
    "mlp", "cnn", "branches", "both_ways", "weighted", "shapes", "rmsprop", "nadam", "masked_lstm", "masking",
    "stateful", "cells",
]  # fmt: skip


@pytest.fixture(autouse=True)
def session_of_its_own():
    K.backend.clear_session()
    yield
    K.backend.clear_session()


@pytest.mark.parametrize("name", keras_cases.CASES)
def test_follows_tensorflows_keras(name):
    check_case(name)


@pytest.mark.parametrize("name", IN_EAGER_MODE)
def test_follows_it_in_eager_mode(name):
    with context.eager_mode():
        K.backend.clear_session()
        check_case(name)


def check_case(name):
    found, wanted = keras_cases.CASES[name](tf), WANTED[name]
    assert found.keys() == wanted.keys()
    for key in ("metrics_names", "weights", "optimizer"):
        assert found.get(key) == wanted.get(key)
    assert found["history"].keys() == wanted["history"].keys()
    for key, values in wanted["history"].items():
        np.testing.assert_allclose(found["history"][key], values, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found["evaluated"], wanted["evaluated"], rtol=1e-3, atol=1e-5)
    for one, other in zip(found["predicted"], wanted["predicted"], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


def dense(**arguments):
    model = K.Sequential([K.layers.Dense(2, input_shape=(3,), activation="relu"), K.layers.Dense(1)])
    model.compile(**{"optimizer": "sgd", "loss": "mse", **arguments})
    return model


X, Y = keras_cases.numbers(8, 3), keras_cases.numbers(8, 1, seed=1)


def test_names_are_counted_in_each_graph():
    names = [K.layers.Dense(1).name for _ in range(2)] + [K.layers.Conv2D(1, 1, name="mine").name]
    assert names == ["dense", "dense_1", "mine"]
    K.backend.clear_session()
    assert K.layers.Dense(1).name == "dense"
    assert [K.Input((1,)).op.name, K.Input((1,)).op.name] == ["input_1", "input_2"]


def test_layers_work_without_models():
    x = tf.placeholder(tf.float32, [None, 3])
    layer = K.layers.Dense(2)
    y = layer(layer(x)[:, :1] * tf.ones([1, 3]))
    assert [variable.name for variable in tf.trainable_variables()] == ["dense/kernel:0", "dense/bias:0"]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run(y, {x: X}).shape == (8, 2)


def test_own_layers_and_models():
    class Scale(K.layers.Layer):
        def build(self, input_shape):
            self.factor = self.add_weight(name="factor", shape=(int(input_shape[-1]),), initializer="ones")
            super().build(input_shape)

        def call(self, inputs):
            return inputs * self.factor

    class Net(K.Model):
        def __init__(self):
            super().__init__()
            self.scale, self.dense = Scale(), K.layers.Dense(1)

        def call(self, inputs, training=None):
            return self.dense(self.scale(inputs))

    model = Net()
    model.compile("sgd", "mse")
    history = model.fit(X, Y, epochs=3, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert [variable.shape.as_list() for variable in model.weights] == [[3], [3, 1], [1]]


def test_dropout_and_batch_norm_learn_only_while_fitting():
    layers = [K.layers.Dropout(0.5, input_shape=(3,)), K.layers.BatchNormalization(), K.layers.Dense(1)]
    model = K.Sequential(layers)
    model.compile("sgd", "mse")
    before = model.get_weights()
    np.testing.assert_array_equal(model.predict(X), model.predict(X))
    np.testing.assert_array_equal(before[2], model.get_weights()[2])
    model.fit(X, Y, verbose=0)
    assert not np.array_equal(before[2], model.get_weights()[2])


def test_layers_that_are_not_trainable_stay():
    model = dense()
    model.layers[0].trainable = False
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(X, Y, verbose=0)
    after = model.get_weights()
    assert [np.array_equal(one, other) for one, other in zip(before, after, strict=True)] == [True, True, False, False]


@pytest.mark.parametrize("form", ["generator", "dataset", "sequence"])
def test_data_may_come_in_batches(form):
    class Batches(K.utils.Sequence):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return X[4 * index : 4 * index + 4], Y[4 * index : 4 * index + 4]

    def generate():
        while True:
            yield from (Batches()[0], Batches()[1])

    model = dense()
    whole = dense()
    whole.set_weights(model.get_weights())
    expected = whole.fit(X, Y, batch_size=4, shuffle=False, epochs=2, verbose=0).history["loss"]
    if form == "generator":
        found = model.fit_generator(generate(), steps_per_epoch=2, epochs=2, verbose=0)
    elif form == "dataset":
        dataset = tf.data.Dataset.from_tensor_slices((X, Y)).batch(4)
        found = model.fit(dataset.repeat(), steps_per_epoch=2, epochs=2, verbose=0)
    else:
        found = model.fit(Batches(), epochs=2, verbose=0)
    np.testing.assert_allclose(found.history["loss"], expected, rtol=1e-5)


def test_optimizers_of_tf_train_train():
    model = dense(optimizer=tf.train.AdamOptimizer(0.1))
    losses = model.fit(X, Y, epochs=5, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


def test_every_argument_of_ftrl_is_in_its_configuration():
    given = {
        "learning_rate": 0.5, "learning_rate_power": -0.25, "initial_accumulator_value": 0.2,
        "l1_regularization_strength": 0.1, "l2_regularization_strength": 0.3,
        "l2_shrinkage_regularization_strength": 0.4,
    }  # fmt: skip
    optimizer = tf.keras.optimizers.Ftrl(**given)
    again = tf.keras.optimizers.get(tf.keras.optimizers.serialize(optimizer))
    assert again.get_config() == optimizer.get_config() == {"name": "Ftrl", "decay": 0.0, **given}


def test_shrinkage_of_ftrl_changes_the_gradient_alone():
    v = tf.keras.backend.variable([2.0])
    optimizer = tf.keras.optimizers.Ftrl(0.5, l2_shrinkage_regularization_strength=0.25)
    updates = optimizer.get_updates(tf.keras.backend.sum(3.0 * v), [v])
    tf.keras.backend.get_session().run(updates)
    squares = 0.1 + 3.0**2
    linear = 3.0 + 2 * 0.25 * 2.0 - (squares**0.5 - 0.1**0.5) / 0.5 * 2.0
    assert tf.keras.backend.eval(v) == pytest.approx([-linear / (squares**0.5 / 0.5)], rel=1e-5)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (
            lambda: tf.keras.optimizers.Ftrl(l1_regularization_strength=-1.0),
            "l1_regularization_strength -1.0 needs to be",
        ),
        (lambda: tf.keras.optimizers.Ftrl(learning_rate_power=0.5), "learning_rate_power 0.5 needs to be negative"),
        (lambda: tf.keras.optimizers.RMSprop(momentum=2.0), "`momentum` must be between"),
    ],
)
def test_settings_that_cannot_be_are_refused(make, said):
    with pytest.raises(ValueError, match=said):
        make()


def test_the_epsilon_of_rmsprop_is_that_of_keras_by_default():
    assert tf.keras.optimizers.RMSprop(epsilon=None).epsilon == tf.keras.backend.epsilon()


@pytest.mark.parametrize("save_format", ["tf", "pb"])
def test_other_formats_of_models_are_refused(tmp_path, save_format):
    with pytest.raises(NotImplementedError, match=f"save_format='{save_format}' is not there"):
        dense().save(str(tmp_path / "model"), save_format=save_format)


@pytest.mark.parametrize("function", ["img_to_array", "array_to_img"])
def test_pictures_have_a_known_format(function):
    with pytest.raises(ValueError, match="`data_format` argument must be one of"):
        getattr(tf.keras.preprocessing.image, function)(np.zeros((2, 2, 3)), data_format="NHWC")


def test_batches_one_by_one():
    model = dense(metrics=["mae"])
    loss, error = model.test_on_batch(X, Y)
    assert model.train_on_batch(X, Y) == pytest.approx([loss, error], rel=1e-5)
    assert model.test_on_batch(X, Y)[0] < loss
    assert model.predict_on_batch(X).shape == (8, 1)


@pytest.mark.parametrize("name", ["weights.h5", "saved"])
def test_weights_come_back(tmp_path, name):
    if name.endswith("h5"):
        pytest.importorskip("h5py")
    first, second = dense(), dense()
    first.save_weights(str(tmp_path / name))
    K.backend.get_session()
    if name.endswith("h5"):
        second.load_weights(str(tmp_path / name))
        np.testing.assert_array_equal(first.predict(X), second.predict(X))
    value = first.predict(X)
    first.set_weights([0 * weight for weight in first.get_weights()])
    first.load_weights(str(tmp_path / name))
    np.testing.assert_array_equal(first.predict(X), value)


def test_whole_model_comes_back_with_its_training(tmp_path):
    pytest.importorskip("h5py")
    model = dense(optimizer=K.optimizers.Adam(0.01), metrics=["mae"])
    model.fit(X, Y, epochs=2, verbose=0)
    model.save(str(tmp_path / "model.h5"))
    again = K.models.load_model(str(tmp_path / "model.h5"))
    np.testing.assert_allclose(again.predict(X), model.predict(X), rtol=1e-6)
    assert again.train_on_batch(X, Y) == pytest.approx(model.train_on_batch(X, Y), rel=1e-5)
    np.testing.assert_allclose(again.predict(X), model.predict(X), rtol=1e-5)


def test_models_of_json_have_the_same_layers():
    first, second = K.Input((4,), name="a"), K.Input((4,), name="b")
    shared = K.layers.Dense(3, activation="relu", kernel_regularizer="l2")
    joined = K.layers.concatenate([shared(first), shared(second)])
    model = K.Model([first, second], K.layers.Dense(2, name="out")(joined))
    text = model.to_json()
    K.backend.clear_session()
    again = K.models.model_from_json(text)
    assert [layer.name for layer in again.layers] == ["a", "b", "dense", "concatenate", "out"]
    assert [weight.shape.as_list() for weight in again.weights] == [[4, 3], [3], [6, 2], [2]]
    sequential = K.models.model_from_json(dense().to_json())
    assert sequential.output_shape == (None, 1)


def test_a_model_is_a_layer():
    inner = dense()
    source = K.Input((3,))
    outer = K.Model(source, inner(source))
    np.testing.assert_allclose(outer.predict(X), inner.predict(X))
    assert len(outer.weights) == 4


def test_summary_shows_layers_and_numbers():
    lines = []
    dense().summary(print_fn=lines.append)
    assert lines[0] == 'Model: "sequential"'
    assert lines[4].split() == ["dense", "(Dense)", "(None,", "2)", "8"]
    assert "Total params: 11" in lines


def test_progress_is_printed(capsys):
    dense().fit(X, Y, batch_size=4, epochs=2, validation_split=0.5)
    text = capsys.readouterr().out
    assert text.startswith("Train on 4 samples, validate on 4 samples\nEpoch 1/2\n")
    assert "4/4 [==============================] - " in text
    assert text.count("val_loss: ") == 2


def test_callbacks_watch_and_write(tmp_path):
    rates = []
    model = dense()
    calls = [
        K.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1)),
        K.callbacks.CSVLogger(str(tmp_path / "log.csv")),
        K.callbacks.ModelCheckpoint(
            str(tmp_path / "best"), monitor="loss", save_best_only=True, save_weights_only=True
        ),
        K.callbacks.TensorBoard(str(tmp_path / "logs")),
        K.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: rates.append(float(K.backend.get_value(model.optimizer.lr)))
        ),
    ]
    history = model.fit(X, Y, epochs=3, verbose=0, callbacks=calls)
    assert rates == pytest.approx([0.1, 0.05, 0.1 / 3])
    assert history.history["lr"] == pytest.approx(rates)
    lines = (tmp_path / "log.csv").read_text().splitlines()
    assert (lines[0], len(lines)) == ("epoch,loss,lr", 4)
    assert (tmp_path / "best.index").exists()
    (events,) = (tmp_path / "logs").iterdir()
    tags = {value.tag for event in tf.train.summary_iterator(str(events)) for value in event.summary.value}
    assert tags == {"epoch_loss", "epoch_lr"}


def test_training_that_gets_no_better_slows_down_and_stops():
    model = dense(optimizer=K.optimizers.SGD(0.0))
    K.backend.set_value(model.optimizer.lr, 0.0)
    stop = K.callbacks.EarlyStopping(monitor="loss", patience=2)
    assert len(model.fit(X, Y, epochs=9, shuffle=False, verbose=0, callbacks=[stop]).history["loss"]) == 3
    K.backend.set_value(model.optimizer.lr, 1e-9)
    slow = K.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.5, patience=1, min_lr=1e-12)
    model.fit(X, Y, epochs=3, shuffle=False, verbose=0, callbacks=[slow])
    assert K.backend.get_value(model.optimizer.lr) == pytest.approx(2.5e-10)


def test_pictures_are_changed_but_keep_their_labels():
    pictures = np.random.RandomState(0).uniform(0, 255, (6, 8, 8, 3)).astype(np.float32)
    plain = K.preprocessing.image.ImageDataGenerator(rescale=1 / 255)
    x, y = next(plain.flow(pictures, np.arange(6), batch_size=4, shuffle=False))
    np.testing.assert_allclose(x, pictures[:4] / 255, rtol=1e-6)
    assert y.tolist() == [0, 1, 2, 3]
    moving = K.preprocessing.image.ImageDataGenerator(
        rotation_range=20, width_shift_range=0.2, zoom_range=0.1, horizontal_flip=True, featurewise_center=True
    )
    moving.fit(pictures)
    flow = moving.flow(pictures, np.arange(6), batch_size=4, seed=1)
    sizes = [len(next(flow)[0]) for _ in range(3)]
    assert (len(flow), sizes) == (2, [4, 2, 4])
    flipped = K.preprocessing.image.ImageDataGenerator(vertical_flip=True).random_transform(pictures[0], seed=3)
    assert any(np.array_equal(flipped, item) for item in (pictures[0], pictures[0][::-1]))


def test_refusals():
    model = K.Sequential([K.layers.Dense(1)])
    with pytest.raises(RuntimeError, match="You must compile your model before training"):
        model.fit(X, Y)
    with pytest.raises(ValueError, match="This model has not yet been built"):
        model.summary()
    with pytest.raises(ValueError, match="Unknown loss function: 'nothing'"):
        dense(loss="nothing")
    with pytest.raises(ValueError, match="Could not interpret optimizer identifier: 'nothing'"):
        dense(optimizer="nothing")
    with pytest.raises(ValueError, match="Unknown metric function: 'nothing'"):
        dense(metrics=["nothing"])
    with pytest.raises(
        ValueError, match=r"expected dense_\d+_input to have shape \(3,\) but got array with shape \(2,\)"
    ):
        dense().fit(X[:, :2], Y)
    with pytest.raises(ValueError, match="Found 4 input samples and 8 target samples"):
        dense().fit(X[:4], Y)
    with pytest.raises(ValueError, match="must be the output of a TensorFlow `Layer`"):
        source = K.Input((3,))
        K.Model(source, source + 1.0)
    with pytest.raises(ValueError, match="Graph disconnected: cannot obtain value"):
        K.Model(K.Input((3,)), K.layers.Dense(1)(K.Input((3,))))
    with pytest.raises(TypeError, match=r"must be an instance of class Layer\. Found: 3"):
        model.add(3)
    with pytest.raises(ValueError, match="total size of new array must be unchanged"):
        K.layers.Reshape((5,))(K.Input((3,)))
    with pytest.raises(ValueError, match="matching shapes except for the concatenation axis"):
        K.layers.concatenate([K.Input((3, 2)), K.Input((4, 2))])
    with pytest.raises(TypeError, match="Unexpected keyword argument passed to optimizer: rate"):
        K.optimizers.SGD(rate=1)


def test_models_are_cloned():
    model = dense()
    clone = K.models.clone_model(model)
    assert [type(layer) for layer in clone.layers] == [type(layer) for layer in model.layers]
    assert clone.layers[0] is not model.layers[0]
    clone.set_weights(model.get_weights())
    np.testing.assert_allclose(clone.predict(X), model.predict(X))
    wider = K.models.clone_model(model, clone_function=lambda layer: K.layers.Dense(1, name=layer.name))
    assert [layer.units for layer in wider.layers] == [1, 1]
    with pytest.raises(ValueError, match="got a subclass model instead"):
        K.models.clone_model(K.Model())


def test_custom_objects_are_known_in_a_scope():
    class Twice(K.layers.Layer):
        def call(self, inputs):
            return inputs * 2

    model = K.Sequential([Twice(input_shape=(3,), name="twice")])
    with pytest.raises(ValueError, match="Unknown layer: Twice"):
        K.models.model_from_json(model.to_json())
    with K.utils.CustomObjectScope({"Twice": Twice}):
        made = K.models.model_from_json(model.to_json())
    np.testing.assert_allclose(made.predict(X), X * 2)
    assert K.utils.get_custom_objects() == {}


def test_cudnn_layers_are_the_others_with_their_weights():
    x = K.Input((4, 2))
    lstm, plain = K.layers.CuDNNLSTM(3), K.layers.LSTM(3, recurrent_activation="sigmoid")
    gru, after = K.layers.CuDNNGRU(3), K.layers.GRU(3, recurrent_activation="sigmoid", reset_after=True)
    model = K.Model(x, [lstm(x), plain(x), gru(x), after(x)])
    kernel, recurrent, bias = lstm.get_weights()
    assert bias.tolist() == [0.0] * 15 + [1.0] * 3 + [0.0] * 6
    plain.set_weights([kernel, recurrent, bias[:12] + bias[12:]])
    kernel, recurrent, bias = gru.get_weights()
    bias += np.arange(18) / 10
    gru.set_weights([kernel, recurrent, bias])
    after.set_weights([kernel, recurrent, bias.reshape(2, 9)])
    one, two, three, four = model.predict(keras_cases.numbers(2, 4, 2))
    np.testing.assert_allclose(one, two, rtol=1e-5)
    np.testing.assert_allclose(three, four, rtol=1e-5)


def test_alpha_dropout_keeps_mean_and_variance():
    x = tf.random_normal([4000], seed=1)
    kept = K.layers.AlphaDropout(0.2, seed=2)(x, training=True)
    with tf.Session() as sess:
        values = sess.run(kept)
    assert abs(values.mean()) < 0.1
    assert abs(values.std() - 1) < 0.1
