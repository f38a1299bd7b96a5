"""Schedules of Keras' optimizers, drawings, changed pictures, estimators of scikit-learn."""

import numpy as np
import pytest

import convflow as tf

schedules = tf.keras.optimizers.schedules
image = tf.keras.preprocessing.image


@pytest.fixture(autouse=True)
def fresh():
    tf.keras.backend.clear_session()


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (schedules.ExponentialDecay(0.5, 2, 0.25), lambda step: 0.5 * 0.25 ** (step / 2)),
        (schedules.ExponentialDecay(0.5, 2, 0.25, staircase=True), lambda step: 0.5 * 0.25 ** (step // 2)),
        (schedules.InverseTimeDecay(0.5, 2, 0.25), lambda step: 0.5 / (1 + 0.25 * step / 2)),
        (schedules.PiecewiseConstantDecay([1, 3], [3.0, 2.0, 1.0]), lambda step: [3.0, 3.0, 2.0, 2.0, 1.0][step]),
        (schedules.PolynomialDecay(0.5, 3, 0.1, power=2.0), lambda step: 0.4 * (1 - min(step, 3) / 3) ** 2 + 0.1),
    ],
)
def test_schedules(schedule, expected):
    again = schedules.deserialize(schedules.serialize(schedule))
    assert again.get_config() == schedule.get_config()
    with tf.Session() as sess:
        for step in range(5):
            rate = sess.run(again(tf.constant(step, tf.int64)))
            assert rate == pytest.approx(expected(step), rel=1e-6)


def test_an_optimizer_follows_its_schedule():
    model = tf.keras.Sequential(
        [tf.keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros", input_shape=(1,))]
    )
    optimizer = tf.keras.optimizers.SGD(schedules.PiecewiseConstantDecay([0, 1], [1.0, 0.5, 0.0]))
    model.compile(optimizer, lambda y_true, y_pred: y_pred)
    weights = []
    for _ in range(3):
        model.train_on_batch(np.ones((1, 1)), np.ones((1, 1)))
        weights.append(model.get_weights()[0].item())
    assert weights == [-1.0, -1.5, -1.5]
    made = tf.keras.optimizers.deserialize(tf.keras.optimizers.serialize(optimizer))
    assert made.get_config() == optimizer.get_config()


def test_refused_schedules():
    with pytest.raises(ValueError, match="1 less than the length of values: they are 1 and 1"):
        schedules.PiecewiseConstantDecay([1], [1.0])
    with pytest.raises(ValueError, match="Unknown decay: Mine"):
        schedules.deserialize({"class_name": "Mine", "config": {}})
    with pytest.raises(NotImplementedError, match="LearningRateSchedule has no rate"):
        schedules.LearningRateSchedule()(0)


def test_models_are_drawn_and_printed(monkeypatch, capsys):
    model = tf.keras.Sequential([tf.keras.layers.Dense(2, input_shape=(3,))])
    tf.keras.utils.print_summary(model)
    assert "Total params: 8" in capsys.readouterr().out
    monkeypatch.setitem(__import__("sys").modules, "pydot", None)
    with pytest.raises(ImportError, match="Failed to import pydot"):
        tf.keras.utils.plot_model(model)
    with pytest.raises(ValueError, match="with `gpus=2`, the graphics cards must be available"):
        tf.keras.utils.multi_gpu_model(model, 2)


def test_the_sources_of_a_tensor():
    first, second = tf.keras.Input((2,)), tf.keras.Input((2,))
    joined = tf.keras.layers.concatenate([first, second, first])
    assert tf.keras.utils.get_source_inputs(joined) == [first, second]
    assert tf.keras.utils.get_source_inputs(first) == [first]


def test_pictures_are_moved():
    pytest.importorskip("scipy")
    x = np.arange(24, dtype=np.float32).reshape(3, 4, 2)
    axes = {"row_axis": 0, "col_axis": 1, "channel_axis": 2}
    assert image.apply_affine_transform(x, **axes) is x
    turned = image.apply_affine_transform(x[:, :3], theta=180, **axes)
    np.testing.assert_allclose(turned, x[::-1, 2::-1], atol=1e-4)
    # As in Keras, tx moves along the columns where they come after the rows.
    moved = image.apply_affine_transform(x, tx=1, fill_mode="constant", cval=-1.0, **axes)
    np.testing.assert_allclose(moved[:, :3], x[:, 1:])
    assert (moved[:, 3] == -1).all()
    first = image.apply_affine_transform(x.transpose(2, 0, 1), zx=0.5, zy=2, shear=10)
    np.testing.assert_allclose(
        first.transpose(1, 2, 0), image.apply_affine_transform(x, zx=0.5, zy=2, shear=10, **axes)
    )
    with pytest.raises(ValueError, match=r"shape \(3, 4, 2\) cannot be changed with row_axis=0, col_axis=0"):
        image.apply_affine_transform(x, row_axis=0, col_axis=0, channel_axis=2)
    for change, argument in (("rotation", 9), ("shear", 9), ("zoom", (0.5, 2)), ("channel_shift", 3)):
        assert getattr(image, f"random_{change}")(x, argument, channel_axis=2, **_places(change)).shape == x.shape
    assert image.random_shift(x, 0.5, 0.5, **axes).shape == x.shape


def _places(change):
    return {} if change == "channel_shift" else {"row_axis": 0, "col_axis": 1}


def test_brightness_and_channels():
    x = np.array([[[0.0], [100.0]], [[200.0], [255.0]]])
    np.testing.assert_array_equal(image.apply_brightness_shift(x, 0.5)[..., 0], [[0, 50], [100, 127]])
    np.testing.assert_array_equal(image.apply_channel_shift(x, 60, 2)[..., 0], [[60, 160], [255, 255]])
    with pytest.raises(ValueError, match="`zoom_range` should be a tuple or list of two floats"):
        image.random_zoom(x, [1])
    with pytest.raises(ValueError, match="`brightness_range` should be a tuple or list of two floats"):
        image.random_brightness(x, [1])


def test_pictures_are_written(tmp_path):
    x = np.array([[[0, 10, 20], [30, 40, 255]]], np.uint8)
    image.save_img(str(tmp_path / "a.png"), x, scale=False)
    np.testing.assert_array_equal(image.img_to_array(image.load_img(tmp_path / "a.png")), x)
    with pytest.warns(UserWarning, match="does not support RGBA"):
        image.save_img(str(tmp_path / "a.jpg"), np.zeros((2, 2, 4)))
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.jpg", "a.png"]


def build(units=4, loss="categorical_crossentropy"):
    layers = tf.keras.layers
    outputs = layers.Dense(2, "softmax") if loss.startswith("cat") else layers.Dense(1)
    model = tf.keras.Sequential([layers.Dense(units, "relu", input_shape=(2,)), outputs])
    model.compile("adam", loss, metrics=["accuracy"] if loss.startswith("cat") else None)
    return model


def test_a_classifier_of_scikit_learn():
    wrappers = tf.keras.wrappers.scikit_learn
    x, y = np.random.RandomState(0).randn(12, 2), np.array(["no", "yes"] * 6)
    classifier = wrappers.KerasClassifier(build, units=3, epochs=1, verbose=0)
    assert classifier.get_params() == {"units": 3, "epochs": 1, "verbose": 0, "build_fn": build}
    classifier.fit(x, y, batch_size=4)
    assert set(classifier.predict(x)) <= {"no", "yes"}
    assert classifier.predict_proba(x).shape == (12, 2)
    assert classifier.score(x, y) == pytest.approx(np.mean(classifier.predict(x) == y))
    with pytest.raises(ValueError, match="unit is not a legal parameter"):
        wrappers.KerasClassifier(build, unit=3)


def test_a_regressor_of_scikit_learn():
    regressor = tf.keras.wrappers.scikit_learn.KerasRegressor(build, loss="mse", verbose=0)
    x, y = np.random.RandomState(0).randn(12, 2), np.arange(12.0)
    regressor.set_params(epochs=2).fit(x, y)
    assert regressor.predict(x).shape == (12,)
    assert regressor.score(x, y) == pytest.approx(-np.mean((regressor.predict(x) - y) ** 2), rel=1e-4)
