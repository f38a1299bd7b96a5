"""tf.keras.estimator.model_to_estimator, and the model functions of tf.contrib.estimator over one device."""

import numpy as np
import pytest

import convflow as tf

X = np.random.RandomState(0).rand(64, 4).astype(np.float32)
Y = (X.sum(1) > 2).astype(np.int64)


@pytest.fixture(autouse=True)
def _graph():
    with tf.Graph().as_default():
        yield


def _input_fn(key, shuffle=False, epochs=None):
    return tf.estimator.inputs.numpy_input_fn({key: X}, Y, batch_size=16, num_epochs=epochs, shuffle=shuffle)


def _model(optimizer, normalized=False):
    layers = [tf.keras.layers.Dense(8, activation="relu", input_shape=(4,))]
    if normalized:
        layers += [tf.keras.layers.BatchNormalization(momentum=0.5), tf.keras.layers.Dropout(0.1)]
    model = tf.keras.Sequential([*layers, tf.keras.layers.Dense(2, activation="softmax")])
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.parametrize("optimizer", ["adam", "tf"])
def test_a_model_trains_evaluates_and_predicts(optimizer, tmp_path):
    model = _model(tf.train.AdamOptimizer(0.05) if optimizer == "tf" else tf.keras.optimizers.Adam(0.05))
    estimator = tf.keras.estimator.model_to_estimator(keras_model=model, model_dir=str(tmp_path))
    key = model.input_names[0]
    estimator.train(_input_fn(key), steps=1)
    before = estimator.evaluate(_input_fn(key, epochs=1))
    assert set(before) >= {"loss", "global_step"} and before["global_step"] == 1
    estimator.train(_input_fn(key), steps=60)
    after = estimator.evaluate(_input_fn(key, epochs=1))
    assert after["loss"] < before["loss"] and after["global_step"] == 61
    (accuracy,) = (name for name in after if "acc" in name)
    assert after[accuracy] > 0.8
    found = [item[model.output_names[0]] for item in estimator.predict(_input_fn(key, epochs=1))]
    assert np.mean(np.argmax(found, 1) == Y) == pytest.approx(after[accuracy])


def test_it_begins_with_the_models_weights(tmp_path):
    model = _model(tf.keras.optimizers.SGD(0.0))
    expected = model.predict(X)
    estimator = tf.keras.estimator.model_to_estimator(model, model_dir=str(tmp_path))
    estimator.train(_input_fn(model.input_names[0]), steps=1)
    found = [item[model.output_names[0]] for item in estimator.predict(_input_fn(model.input_names[0], epochs=1))]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_moving_averages_follow_the_features(tmp_path):
    model = _model("sgd", normalized=True)
    estimator = tf.keras.estimator.model_to_estimator(model, model_dir=str(tmp_path))
    estimator.train(_input_fn(model.input_names[0]), steps=3)
    (name,) = (name for name in estimator.get_variable_names() if name.endswith("moving_mean"))
    assert np.abs(estimator.get_variable_value(name)).sum() > 0


def test_several_inputs_and_outputs(tmp_path):
    left, right = tf.keras.Input((4,), name="left"), tf.keras.Input((4,), name="right")
    both = tf.keras.layers.concatenate([left, right])
    model = tf.keras.Model(
        [left, right], [tf.keras.layers.Dense(1, name="a")(both), tf.keras.layers.Dense(2, name="b")(both)]
    )
    model.compile("sgd", "mse")
    estimator = tf.keras.estimator.model_to_estimator(model, model_dir=str(tmp_path))

    def input_fn():
        features = {"left": X, "right": 2 * X}
        data = tf.data.Dataset.from_tensor_slices((features, {"a": Y, "b": np.stack([Y, Y], 1)}))
        return data.batch(16)

    estimator.train(input_fn, max_steps=4)
    assert set(next(iter(estimator.predict(input_fn)))) == {"a", "b"}
    with pytest.raises(KeyError, match=r"the model has \['left', 'right'\]: \['right'\] are missing"):
        estimator.train(lambda: tf.data.Dataset.from_tensors(({"left": X}, Y)), steps=1)


def test_refusals():
    make = tf.keras.estimator.model_to_estimator
    with pytest.raises(ValueError, match="Either `keras_model` or `keras_model_path` needs to be provided"):
        make()
    with pytest.raises(ValueError, match="but not both"):
        make(3, "path")
    with pytest.raises(ValueError, match="has not been compiled yet"):
        make(tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(2,))]))
    with pytest.raises(ValueError, match="must be 'saver' or 'checkpoint', got 'x'"):
        make(3, checkpoint_format="x")


def test_a_model_function_over_one_device(tmp_path):
    E = tf.contrib.estimator

    def model_fn(features, labels, mode):
        logits = tf.layers.dense(features["x"], 2)
        loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
        optimizer = E.TowerOptimizer(lambda: tf.train.MomentumOptimizer(0.1, 0.9))
        train = optimizer.minimize(loss, global_step=tf.train.get_global_step())
        assert (optimizer.get_name(), optimizer.get_slot_names()) == ("Momentum", ["momentum"])
        assert len(optimizer.variables()) == 2
        assert optimizer.get_slot(tf.trainable_variables()[0], "momentum") is not None
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train)

    estimator = tf.estimator.Estimator(E.replicate_model_fn(model_fn, devices=["/cpu:0"]), str(tmp_path))
    estimator.train(_input_fn("x"), steps=2)
    with pytest.raises(NotImplementedError, match="2 devices are asked for"):
        E.replicate_model_fn(model_fn, devices=["/gpu:0", "/gpu:1"])
    with pytest.raises(ValueError, match="need to be reduced"):
        E.replicate_model_fn(model_fn, tf.losses.Reduction.NONE)
