"""The estimators of 2016: programs in the words of their tutorials."""

import numpy as np
import pytest

import convflow as tf

learn = tf.contrib.learn
layers = tf.contrib.layers
RANDOM = np.random.default_rng(2)
X = RANDOM.normal(size=(90, 4)).astype(np.float32)
X[:, 0] += np.repeat([-3, 0, 3], 30)
THREE = np.repeat([0, 1, 2], 30)
NUMBER = (2 * X[:, 0] - 1).astype(np.float32)


@pytest.fixture(autouse=True)
def graph_of_its_own():
    with tf.Graph().as_default():
        yield
    tf.summary.FileWriterCache.clear()


def test_flowers_are_told_apart_from_arrays():
    columns = learn.infer_real_valued_columns_from_input(X)
    model = learn.DNNClassifier(feature_columns=columns, hidden_units=[10], n_classes=3)
    model.fit(x=X, y=THREE, steps=150)
    found = model.evaluate(x=X, y=THREE)
    assert found["accuracy"] > 0.85 and sorted(found) == ["accuracy", "global_step", "loss"]
    classes = list(model.predict(X, as_iterable=True))
    assert np.mean(np.array(classes) == THREE) == pytest.approx(found["accuracy"])
    assert model.predict_proba(X, as_iterable=False).shape == (90, 3)


def test_prices_are_learned_the_way_of_scikit_learn():
    columns = [layers.real_valued_column("", dimension=4)]
    model = learn.SKCompat(learn.LinearRegressor(feature_columns=columns))
    model.fit(X, NUMBER, steps=200, batch_size=30)
    assert model.predict(X)["scores"].shape == (90, 1)
    assert model.score(X, NUMBER)["loss"] < 0.1 * NUMBER.var()


def test_numbers_from_wide_and_deep_columns():
    columns = [layers.real_valued_column("", dimension=4)]
    model = learn.DNNLinearCombinedRegressor(
        linear_feature_columns=columns, dnn_feature_columns=columns, dnn_hidden_units=[4]
    )
    model.fit(X, NUMBER, steps=100)
    found = model.evaluate(X, NUMBER)
    assert sorted(found) == ["global_step", "loss"] and found["loss"] < 0.2 * NUMBER.var()
    assert model.predict(X, as_iterable=False).shape == (90,)


def test_wide_and_deep_columns():
    def input_fn():
        sparse = tf.SparseTensor([[0, 0], [1, 0], [2, 0], [3, 0]], ["a", "b", "a", "c"], [4, 1])
        features = {"word": sparse, "age": tf.constant([20.0, 30.0, 40.0, 50.0])}
        return features, tf.constant([[1], [0], [1], [0]])

    word = layers.sparse_column_with_hash_bucket("word", hash_bucket_size=20)
    keys = layers.sparse_column_with_keys("word", ["a", "b"])
    age = layers.real_valued_column("age", normalizer=lambda x: x / 50)
    ages = layers.bucketized_column(layers.real_valued_column("age"), boundaries=[25, 35])
    wide = [word, ages, layers.crossed_column([word, ages], hash_bucket_size=int(1e3))]
    deep = [age, layers.embedding_column(word, dimension=3), layers.one_hot_column(keys)]
    model = learn.DNNLinearCombinedClassifier(
        linear_feature_columns=wide, dnn_feature_columns=deep, dnn_hidden_units=[6], fix_global_step_increment_bug=True
    )
    model.fit(input_fn=input_fn, steps=40)
    found = model.evaluate(input_fn=input_fn, steps=1)
    assert found["accuracy"] == 1 and found["global_step"] == 40
    assert {"auc", "accuracy/baseline_label_mean", "labels/prediction_mean"} < set(found)
    assert learn.LinearClassifier(wide).fit(input_fn=input_fn, steps=1).get_variable_value("global_step") == 1


@pytest.mark.parametrize("as_tuple", [True, False])
def test_a_model_function_of_ones_own_and_metrics_by_name(as_tuple):
    def model_fn(features, targets, mode, params):
        logits = tf.layers.dense(features, 3)
        predictions = {"classes": tf.argmax(logits, 1), "probabilities": tf.nn.softmax(logits)}
        if mode == learn.ModeKeys.INFER:
            return learn.ModelFnOps(mode, predictions)
        loss = tf.losses.sparse_softmax_cross_entropy(targets, logits)
        train_op = tf.train.AdamOptimizer(params["rate"]).minimize(loss, tf.train.get_global_step())
        return (predictions, loss, train_op) if as_tuple else learn.ModelFnOps(mode, predictions, loss, train_op)

    model = learn.Estimator(model_fn=model_fn, params={"rate": 0.1})
    model.fit(x=X, y=THREE, steps=80)
    accuracy = learn.MetricSpec(metric_fn=tf.metrics.accuracy, prediction_key="classes")
    found = model.evaluate(x=X, y=THREE, metrics={"right": accuracy})
    assert found["right"] > 0.85
    assert model.predict(X, outputs=["classes"], as_iterable=False)["classes"].shape == (90,)
    with pytest.raises(ValueError, match="Give prediction_key as one of them"):
        model.evaluate(x=X, y=THREE, metrics={"right": learn.MetricSpec(tf.metrics.accuracy)})


def test_what_is_refused():
    columns = [layers.real_valued_column("", dimension=4)]
    model = learn.LinearRegressor(columns)
    with pytest.raises(ValueError, match="Either x or input_fn must be provided"):
        model.fit()
    with pytest.raises(ValueError, match="cannot be given with an input_fn"):
        model.fit(x=X, input_fn=lambda: None)
    with pytest.raises(NotImplementedError, match="gradient_clip_norm is not there"):
        learn.LinearRegressor(columns, gradient_clip_norm=1.0)
    with pytest.raises(NotImplementedError, match="combiner='mean' is not there"):
        layers.sparse_column_with_keys("a", ["x"], combiner="mean")
    with pytest.raises(NotImplementedError, match="dimension=None is not there"):
        layers.real_valued_column("a", dimension=None)
    with pytest.raises(ValueError, match="feature '' is of string"):
        learn.infer_real_valued_columns_from_input(np.array(["a"]))
