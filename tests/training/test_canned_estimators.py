"""Ready-made estimators: the variables, metrics and predictions that TensorFlow's have after the same steps."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import convflow as tf

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "training"
sys.path.insert(0, str(GOLDEN))

import canned  # noqa: E402

CASES = json.loads((GOLDEN / "canned.json").read_text())
# A queue is named after its place among the nodes.
QUEUE = "enqueue_input/"


@pytest.fixture(autouse=True)
def graph_of_its_own():
    with tf.Graph().as_default():
        yield
    tf.summary.FileWriterCache.clear()


def close(found, wanted):
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def same(found, wanted):
    """The same keys, texts and, nearly, numbers."""
    assert sorted(found) == sorted(wanted)
    for key, value in wanted.items():
        if "class" in key:
            assert found[key] == value, key
        else:
            close(found[key], value)


@pytest.mark.parametrize("name", CASES)
def test_an_estimator_learns_and_says_what_tensorflows_does(name, tmp_path):
    found, wanted = canned.record(tf, tf.estimator, name, str(tmp_path)), CASES[name]
    same(found["variables"], wanted["variables"])
    same(found["metrics"], wanted["metrics"])
    assert len(found["predictions"]) == len(wanted["predictions"])
    for ours, theirs in zip(found["predictions"], wanted["predictions"], strict=True):
        same(ours, theirs)
    tags = [[tag for tag in each["tags"] if not tag.startswith(QUEUE)] for each in (found, wanted)]
    assert tags[0] == tags[1]


def test_every_case_is_recorded():
    assert list(canned.cases(tf, tf.estimator)) == list(CASES)


AGES = {"age": np.float32([20, 30, 40, 50])}
AGE = tf.feature_column.numeric_column("age")


def inputs(labels, features=None):
    return tf.estimator.inputs.numpy_input_fn(features or AGES, np.asarray(labels), batch_size=4, shuffle=False)


def test_a_served_model_has_the_signatures_of_a_classifier(tmp_path):
    model = tf.estimator.LinearClassifier([AGE], str(tmp_path / "model"))
    model.train(inputs([0, 1, 1, 0]), steps=1)
    spec = tf.feature_column.make_parse_example_spec([AGE])
    receiver = tf.estimator.export.build_parsing_serving_input_receiver_fn(spec)
    path = model.export_saved_model(str(tmp_path / "served"), receiver).decode()
    with tf.Graph().as_default(), tf.Session() as session:
        signatures = tf.saved_model.loader.load(session, ["serve"], path).signature_def
        assert sorted(signatures) == ["classification", "predict", "regression", "serving_default"]
        outputs = signatures["serving_default"].outputs
        assert sorted(outputs) == ["classes", "scores"]
        example = tf.train.Example()
        example.features.feature["age"].float_list.value.append(20.0)
        feed = {signatures["serving_default"].inputs["inputs"].name: [example.SerializeToString()]}
        classes, scores = session.run([outputs["classes"].name, outputs["scores"].name], feed)
        assert classes.tolist() == [[b"0", b"1"]] and scores.sum() == pytest.approx(1)


def test_heads_of_ones_own_take_losses_and_thresholds(tmp_path):
    def absolute(labels, logits):
        return tf.abs(labels - logits)

    head = tf.estimator.RegressionHead(loss_fn=absolute, inverse_link_fn=tf.exp)
    model = tf.estimator.LinearEstimator(head, [AGE], str(tmp_path / "a"))
    model.train(inputs([1.0, 2.0, 3.0, 2.0]), steps=1)
    first = next(model.predict(inputs([0.0] * 4)))
    assert first["predictions"] == pytest.approx(np.exp(first["logits"]))
    head = tf.estimator.BinaryClassHead(thresholds=[0.25], name="mine")
    model = tf.estimator.DNNEstimator(head, [2], [AGE], str(tmp_path / "b"))
    model.train(inputs([0, 1, 1, 0]), steps=1)
    metrics = model.evaluate(inputs([0, 1, 1, 0]))
    at = {"accuracy/positive_threshold_0.25/mine", "precision/positive_threshold_0.25/mine"}
    assert at < set(metrics) and "auc/mine" in metrics


def test_an_estimator_begins_with_the_variables_of_another(tmp_path):
    first = tf.estimator.LinearRegressor([AGE], str(tmp_path / "a"))
    first.train(inputs([1.0, 2.0, 3.0, 2.0]), steps=3)
    second = tf.estimator.LinearRegressor(
        [AGE],
        str(tmp_path / "b"),
        warm_start_from=str(tmp_path / "a"),
        optimizer=tf.train.GradientDescentOptimizer(0.0),
    )
    second.train(inputs([0.0] * 4), steps=1)
    name = "linear/linear_model/age/weights"
    assert second.get_variable_value(name) == first.get_variable_value(name) != 0


def test_what_to_parse_for_an_estimator():
    classes = tf.estimator.classifier_parse_example_spec([AGE], "label", tf.string, weight_column="w")
    assert classes == {
        "age": tf.FixedLenFeature((1,), tf.float32),
        "label": tf.FixedLenFeature((1,), tf.string),
        "w": tf.FixedLenFeature((1,), tf.float32),
    }
    numbers = tf.estimator.regressor_parse_example_spec([AGE], "label", label_dimension=2)
    assert numbers["label"] == tf.FixedLenFeature((2,), tf.float32)
    with pytest.raises(ValueError, match="label should not be used as feature"):
        tf.estimator.regressor_parse_example_spec([AGE], "age")
    with pytest.raises(ValueError, match="should not be used as weights"):
        tf.estimator.regressor_parse_example_spec([AGE], "label", weight_column="age")


MADE = {
    "n_classes must be > 2: 1": lambda: tf.estimator.DNNClassifier([2], [AGE], n_classes=1),
    "Length of label_vocabulary": lambda: tf.estimator.DNNClassifier([2], [AGE], label_vocabulary=["a"]),
    "label_vocabulary should be a list": lambda: tf.estimator.DNNClassifier([2], [AGE], label_vocabulary="ab"),
    "Invalid label_dimension 0": lambda: tf.estimator.DNNRegressor([2], [AGE], label_dimension=0),
    "Invalid Reduction Key": lambda: tf.estimator.LinearClassifier([AGE], loss_reduction="most"),
    "Training needs one number": lambda: tf.estimator.LinearClassifier([AGE], loss_reduction="none"),
    "feature_columns must not be empty": lambda: tf.estimator.LinearClassifier([]),
    "must be defined": lambda: tf.estimator.DNNLinearCombinedClassifier(),
    "dnn_hidden_units must be defined": lambda: tf.estimator.DNNLinearCombinedClassifier(dnn_feature_columns=[AGE]),
    "loss_fn must contain argument: labels": lambda: tf.estimator.RegressionHead(loss_fn=lambda logits: logits),
    "loss_fn has unexpected args": lambda: tf.estimator.RegressionHead(loss_fn=lambda labels, logits, x: x),
    r"thresholds not in \(0, 1\)": lambda: tf.estimator.BinaryClassHead(thresholds=[1.5]),
}


@pytest.mark.parametrize("text", MADE)
def test_what_estimators_refuse_when_they_are_made(text):
    with pytest.raises(ValueError, match=text):
        MADE[text]()


def classifier(**settings):
    return tf.estimator.LinearClassifier([AGE], **settings)


TRAINED = {
    "Unsupported optimizer name: Best": (lambda: classifier(optimizer="Best"), inputs([0, 1, 1, 0])),
    "is not an Optimizer instance": (lambda: classifier(optimizer=3), inputs([0, 1, 1, 0])),
    "Labels are strings: give their names": (classifier, inputs(["a", "b", "a", "b"])),
    "should be string if there is a vocabulary": (
        lambda: classifier(label_vocabulary=["a", "b"]), inputs([0, 1, 1, 0])
    ),
    "Mismatched label shape. Expected labels dimension=1.  Received 2": (classifier, inputs(np.eye(4)[:, :2])),
    "Labels dtype should be integer": (lambda: classifier(n_classes=3), inputs([0.0, 1.0, 2.0, 0.0])),
    "features should be a dictionary": (classifier, lambda: (tf.constant([[1.0]]), tf.constant([[1]]))),
    "You must provide a labels Tensor": (classifier, lambda: ({"age": tf.constant([[1.0]])}, None)),
}  # fmt: skip


@pytest.mark.parametrize("text", TRAINED)
def test_what_estimators_refuse_when_they_are_trained(text):
    make, input_fn = TRAINED[text]
    with pytest.raises(ValueError, match=text):
        make().train(input_fn, steps=1)


def test_a_label_that_is_no_class_is_an_error_of_the_run():
    with pytest.raises(tf.errors.InvalidArgumentError, match="Labels must be numbers of classes, from 0 to 1"):
        classifier().train(inputs([0, 1, 2, 0]), steps=1)
