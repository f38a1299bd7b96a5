"""Ready-made estimators, trained, evaluated and asked, for TensorFlow and for convflow."""

import os

import numpy as np

AGE = np.array([22.0, 38.0, 26.0, 35.0, 54.0, 2.0, 27.0, 14.0], np.float32)
COLOUR = np.array(["red", "blue", "red", "green", "blue", "red", "green", "red"])
WEIGHT = np.array([1.0, 0.5, 2.0, 1.0, 1.0, 0.25, 1.0, 3.0], np.float32)
TWO = np.array([0, 1, 1, 1, 0, 1, 0, 0])
THREE = np.array([0, 1, 2, 1, 0, 2, 0, 2])
NAMES = np.array(["no", "yes", "yes", "yes", "no", "yes", "no", "no"])
NUMBER = np.array([0.5, 2.0, 1.0, -1.0, 3.0, 0.0, 1.5, 2.5], np.float32)
PAIRS = np.stack([NUMBER, 1 - NUMBER], axis=1)


def columns(tf):
    fc = tf.feature_column
    age = fc.numeric_column("age", normalizer_fn=lambda x: x / 30.0)
    colour = fc.categorical_column_with_vocabulary_list("colour", ["red", "green", "blue"])
    crossed = fc.crossed_column(["colour", fc.bucketized_column(fc.numeric_column("age"), [20.0, 30.0])], 7)
    return {
        "wide": [age, colour, crossed],
        "deep": [age, fc.indicator_column(colour), fc.embedding_column(colour, 2)],
        "age": [age],
    }


def cases(tf, est):
    """By name: a function of the settings, and the labels."""
    column = columns(tf)
    wide, deep = column["wide"], column["deep"]
    both = {"linear_feature_columns": wide, "dnn_feature_columns": deep, "dnn_hidden_units": [4, 3]}

    def kinds(name):
        return getattr(est, name + "Classifier"), getattr(est, name + "Regressor")

    dnn, dnn_regressor = kinds("DNN")
    linear, linear_regressor = kinds("Linear")
    combined, combined_regressor = kinds("DNNLinearCombined")
    baseline, baseline_regressor = kinds("Baseline")
    mean = tf.losses.Reduction.SUM_OVER_BATCH_SIZE
    adam = tf.train.AdamOptimizer
    return {
        "dnn": (lambda **k: dnn([4, 3], deep, **k), TWO),
        "dnn_three": (
            lambda **k: dnn([4], deep, n_classes=3, optimizer=adam(0.01), weight_column="weight", **k), THREE
        ),
        "dnn_names": (
            lambda **k: dnn([4], column["age"], label_vocabulary=["no", "yes"], activation_fn=tf.nn.tanh, **k), NAMES
        ),
        "dnn_norm": (lambda **k: dnn([4], deep, batch_norm=True, optimizer="SGD", loss_reduction=mean, **k), TWO),
        "dnn_regressor": (lambda **k: dnn_regressor([4], deep, optimizer="RMSProp", **k), NUMBER),
        "dnn_pairs": (lambda **k: dnn_regressor([4], deep, label_dimension=2, weight_column="weight", **k), PAIRS),
        "linear": (lambda **k: linear(wide, **k), TWO),
        "linear_three": (lambda **k: linear(wide, n_classes=3, sparse_combiner="mean", **k), THREE),
        "linear_weighted": (
            lambda **k: linear(wide, weight_column="weight", optimizer=tf.train.FtrlOptimizer(
                0.1, l1_regularization_strength=0.1, l2_regularization_strength=0.01), **k), TWO
        ),
        "linear_regressor": (lambda **k: linear_regressor(wide, **k), NUMBER),
        "combined": (lambda **k: combined(**both, **k), TWO),
        "combined_regressor": (lambda **k: combined_regressor(**both, **k), NUMBER),
        "baseline": (lambda **k: baseline(**k), TWO),
        "baseline_three": (lambda **k: baseline(n_classes=3, **k), THREE),
        "baseline_regressor": (lambda **k: baseline_regressor(**k), NUMBER),
    }  # fmt: skip


def _plain(value):
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (np.ndarray, list)):
        return [_plain(item) for item in value] if np.ndim(value) else _plain(value.item())
    return value


def _tags(tf, folder):
    """The tags of the events in a folder."""
    found = set()
    for name in sorted(os.listdir(folder)):
        if "tfevents" in name:
            for event in tf.train.summary_iterator(os.path.join(folder, name)):
                found.update(value.tag for value in event.summary.value)
    return sorted(found)


def record(tf, est, name, folder):
    """What one estimator says after five steps."""
    make, labels = cases(tf, est)[name]
    model = make(model_dir=folder, config=est.RunConfig(tf_random_seed=7))
    features = {"age": AGE, "colour": COLOUR, "weight": WEIGHT}
    inputs = est.inputs.numpy_input_fn(features, labels, batch_size=4, num_epochs=None, shuffle=False)
    once = est.inputs.numpy_input_fn(features, labels, batch_size=4, shuffle=False)
    model.train(inputs, steps=5)
    metrics = {key: _plain(value) for key, value in model.evaluate(once).items()}
    predictions = [{key: _plain(value) for key, value in item.items()} for item in model.predict(once)]
    names = [item for item in model.get_variable_names() if "save_counter" not in item]
    return {
        "metrics": metrics,
        "predictions": predictions[:3],
        "variables": {item: _plain(np.asarray(model.get_variable_value(item))) for item in names},
        "tags": _tags(tf, folder),
    }
