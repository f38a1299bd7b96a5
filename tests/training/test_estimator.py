"""Estimators: the same model under TensorFlow's estimator, and what an estimator refuses."""

import json
import os
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import convflow as tf

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "training"
sys.path.insert(0, str(GOLDEN))

import estimating  # noqa: E402

TRAIN, EVAL, PREDICT = "train", "eval", "infer"
# Tables and resources are asked for by nodes of their own in TensorFlow, which has more kinds of them.
READY = ("report_uninitialized_resources", "concat", "init", "group_deps")


@pytest.fixture(autouse=True)
def graph_of_its_own():
    with tf.Graph().as_default():
        yield
    tf.summary.FileWriterCache.clear()


@pytest.fixture
def constant():
    """An estimator that multiplies its features by a variable."""

    def model_fn(features, labels, mode, params):
        weight = tf.get_variable("weight", [], initializer=tf.constant_initializer(params["start"]))
        product = weight * features
        if mode == PREDICT:
            return tf.estimator.EstimatorSpec(mode, predictions=product)
        loss = tf.reduce_mean(tf.square(product - labels))
        train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
        error = tf.metrics.mean_absolute_error(labels, product)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train, eval_metric_ops={"error": error})

    def make(folder, start=2.0, **arguments):
        return tf.estimator.Estimator(model_fn, model_dir=str(folder), params={"start": start}, **arguments)

    return make


def pairs(times=None):
    values = np.arange(1.0, 5.0, dtype=np.float32)
    return tf.data.Dataset.from_tensor_slices((values, 3 * values)).repeat(times).batch(2)


def test_follows_tensorflows_estimator(tmp_path):
    wanted = json.loads((GOLDEN / "estimator.json").read_text())
    found = estimating.record(tf, tf.estimator, str(tmp_path))
    for name, value in wanted["evaluated"].items():
        assert found["evaluated"][name] == pytest.approx(value, rel=1e-5)
    np.testing.assert_allclose(found["predicted"], wanted["predicted"], rtol=1e-4)
    assert found["count"] == wanted["count"]
    assert found["variables"].keys() == wanted["variables"].keys()
    for name, value in wanted["variables"].items():
        np.testing.assert_allclose(found["variables"][name], value, rtol=1e-4)
    assert found["files"] == wanted["files"]
    assert [line.split("0.")[0] for line in found["lines"]] == [line.split("0.")[0] for line in wanted["lines"]]

    def own(nodes):
        return [tuple(node) for node in nodes if not node[0].startswith(READY)]

    assert own(found["nodes"]) == own(wanted["nodes"])


def test_training_goes_on_from_the_last_checkpoint(tmp_path, constant):
    model = constant(tmp_path)
    assert model.latest_checkpoint() is None
    assert model.train(pairs, steps=3) is model
    model.train(pairs, steps=2)
    assert model.get_variable_value("global_step") == 5
    assert model.get_variable_names() == ["global_step", "weight"]
    model.train(pairs, max_steps=5)
    assert model.get_variable_value("global_step") == 5


def test_input_that_ends_ends_the_training(tmp_path, constant):
    model = constant(tmp_path).train(partial(pairs, 2))
    assert model.get_variable_value("global_step") == 4


def test_evaluation_writes_its_metrics(tmp_path, constant):
    model = constant(tmp_path).train(pairs, steps=1)
    found = model.evaluate(partial(pairs, 1), name="again")
    weight = model.get_variable_value("weight")
    assert found["error"] == pytest.approx(np.mean(abs(weight - 3) * np.arange(1, 5)), rel=1e-5)
    assert found["global_step"] == 1
    assert model.eval_dir("again") == str(tmp_path / "eval_again")
    (path,) = (tmp_path / "eval_again").iterdir()
    tags = {value.tag for event in tf.train.summary_iterator(str(path)) for value in event.summary.value}
    assert tags == {"error", "loss", "checkpoint_path"}


def test_evaluation_of_some_steps_without_a_checkpoint(tmp_path, constant):
    found = constant(tmp_path, start=3.0).evaluate(pairs, steps=2)
    assert found == {"error": 0.0, "loss": 0.0, "global_step": 0}


def test_predictions_come_one_by_one_or_in_batches(tmp_path, constant):
    model = constant(tmp_path, start=2.0)
    assert list(model.predict(partial(pairs, 1))) == [2.0, 4.0, 6.0, 8.0]
    batches = list(model.predict(partial(pairs, 1), yield_single_examples=False))
    assert [batch.tolist() for batch in batches] == [[2.0, 4.0], [6.0, 8.0]]


def test_two_predictions_may_take_turns(tmp_path, constant):
    model = constant(tmp_path)
    one, other = (model.predict(partial(pairs, 1)) for _ in range(2))
    assert [(next(one), next(other)) for _ in range(2)] == [(2.0, 2.0), (4.0, 4.0)]
    before = tf.get_default_graph()
    one.close()
    assert tf.get_default_graph() is before


def test_functions_get_what_they_take(tmp_path):
    seen = {}

    def input_fn(mode, params, config):
        seen[mode] = (params, config.tf_random_seed)
        return tf.data.Dataset.from_tensors({"x": tf.ones([2])})

    def model_fn(features, mode):
        return tf.estimator.EstimatorSpec(mode, predictions=features)

    config = tf.estimator.RunConfig(tf_random_seed=7)
    model = tf.estimator.Estimator(model_fn, str(tmp_path), config)
    assert list(model.predict(input_fn, predict_keys=["x"])) == [{"x": 1.0}, {"x": 1.0}]
    assert seen == {PREDICT: ({}, 7)}
    with pytest.raises(ValueError, match=r"at least one output from \['x'\], provided \['y'\]"):
        next(model.predict(input_fn, predict_keys=["y"]))
    with pytest.raises(ValueError, match="model_fn does not take labels"):
        model.train(pairs, steps=1)


def test_hooks_and_listeners_take_part(tmp_path, constant):
    class Listener(tf.train.CheckpointSaverListener):
        steps = ()

        def after_save(self, session, global_step_value):
            self.steps += (int(global_step_value),)

    class Hook(tf.train.SessionRunHook):
        runs = 0

        def after_run(self, run_context, run_values):
            self.runs += 1

    listener, hook = Listener(), Hook()
    constant(tmp_path).train(pairs, hooks=[hook], steps=3, saving_listeners=[listener])
    assert (listener.steps, hook.runs) == ((0, 3), 3)
    config = tf.estimator.RunConfig(save_checkpoints_steps=None, save_checkpoints_secs=None)
    with pytest.raises(ValueError, match="There should be a CheckpointSaverHook to use saving_listeners"):
        constant(tmp_path / "none", config=config).train(pairs, steps=1, saving_listeners=[listener])


def test_variables_may_come_from_another_model(tmp_path, constant):
    constant(tmp_path / "first", start=5.0).train(pairs, steps=1)
    value = constant(tmp_path / "first").get_variable_value("weight")
    second = constant(tmp_path / "second", start=0.0, warm_start_from=str(tmp_path / "first"))
    assert next(second.predict(pairs)) == pytest.approx(value)
    settings = tf.estimator.WarmStartSettings(str(tmp_path / "first"), vars_to_warm_start="nothing")
    third = constant(tmp_path / "third", start=1.0, warm_start_from=settings)
    assert next(third.predict(pairs)) == 1.0


@pytest.mark.parametrize("method", ["export_saved_model", "export_savedmodel"])
def test_exported_model_is_served(tmp_path, method):
    def model_fn(features, labels, mode):
        weight = tf.get_variable("weight", [], initializer=tf.constant_initializer(3.0))
        product = tf.identity(weight * features["x"], name="product")
        loss = tf.reduce_sum(product)
        outputs = {"scores": tf.estimator.export.RegressionOutput(product)}
        step = tf.assign_add(tf.train.get_global_step(), 1)
        return tf.estimator.EstimatorSpec(mode, product, loss, step, export_outputs=outputs)

    model = tf.estimator.Estimator(model_fn, str(tmp_path / "model"))
    model.train(lambda: tf.data.Dataset.from_tensors({"x": tf.ones([1])}), steps=1)
    spec = {"x": tf.FixedLenFeature([], tf.float32)}
    receiver = tf.estimator.export.build_parsing_serving_input_receiver_fn(spec)
    (tmp_path / "words.txt").write_text("cat")
    extra = {"words.txt": str(tmp_path / "words.txt")}
    path = getattr(model, method)(str(tmp_path / "export"), receiver, assets_extra=extra).decode()
    assert sorted(os.listdir(path)) == ["assets.extra", "saved_model.pb", "variables"]
    with tf.Graph().as_default(), tf.Session() as sess:
        signatures = tf.saved_model.load(sess, ["serve"], path).signature_def
        assert sorted(signatures) == ["scores", "serving_default"]
        signature = signatures["serving_default"]
        feature = tf.train.Feature(float_list=tf.train.FloatList(value=[2.0]))
        example = tf.train.Example(features=tf.train.Features(feature={"x": feature})).SerializeToString()
        (value,) = sess.run(signature.outputs["outputs"].name, {signature.inputs["inputs"].name: [example]})
    assert value == 6.0


def test_train_and_evaluate_exports_the_last_model(tmp_path, constant):
    feature = tf.placeholder(tf.float32, [None])

    def receiver():
        fed = tf.placeholder(feature.dtype, feature.shape)
        return tf.estimator.export.TensorServingInputReceiver(fed, fed)

    exporters = [tf.estimator.FinalExporter("final", receiver), tf.estimator.BestExporter("best", receiver)]
    config = tf.estimator.RunConfig(save_checkpoints_steps=2)
    model = constant(tmp_path, config=config)
    metrics, exported = tf.estimator.train_and_evaluate(
        model,
        tf.estimator.TrainSpec(pairs, max_steps=4),
        tf.estimator.EvalSpec(partial(pairs, 1), exporters=exporters, throttle_secs=0),
    )
    assert metrics["global_step"] == 4
    assert sorted(os.listdir(tmp_path / "export")) == ["best", "final"]
    assert os.path.isdir(exported[0])
    assert len(os.listdir(tmp_path / "export" / "final")) == 1


@pytest.mark.parametrize("text", ["x", "features"])
def test_model_function_takes_what_an_estimator_has(text):
    with pytest.raises(ValueError, match="must include features" if text == "x" else "does not include params"):
        tf.estimator.Estimator(eval(f"lambda {text}: None"), "/nowhere", params={})


def test_refusals(tmp_path, constant):
    model = constant(tmp_path)
    with pytest.raises(ValueError, match="Can not provide both steps and max_steps"):
        model.train(pairs, steps=1, max_steps=1)
    with pytest.raises(ValueError, match="Must specify steps > 0, given: 0"):
        model.train(pairs, steps=0)
    with pytest.raises(ValueError, match="Must specify steps > 0, given: -1"):
        model.evaluate(pairs, steps=-1)
    with pytest.raises(TypeError, match="Hooks must be a SessionRunHook, given: 3"):
        model.train(pairs, hooks=[3], steps=1)
    with pytest.raises(ValueError, match="Could not find trained model in model_dir"):
        model.get_variable_names()
    with pytest.raises(ValueError, match="Couldn't find trained model at"):
        model.export_saved_model(str(tmp_path), lambda: None)
    with pytest.raises(ValueError, match=r"not expected args: .*nonsense"):
        tf.estimator.Estimator(lambda features, nonsense: None, str(tmp_path))
    with pytest.raises(ValueError, match="`model_dir` are set both in constructor and `RunConfig`"):
        constant(tmp_path, config=tf.estimator.RunConfig(model_dir="elsewhere"))

    class Own(tf.estimator.Estimator):
        def train(self):
            pass

    with pytest.raises(ValueError, match="Subclasses of Estimator cannot override members of Estimator"):
        Own(lambda features: None, str(tmp_path))


def test_spec_checks_what_it_is_given():
    spec, loss = tf.estimator.EstimatorSpec, tf.constant(1.0)
    with pytest.raises(ValueError, match="Missing train_op"):
        spec(TRAIN, loss=loss)
    with pytest.raises(ValueError, match="Missing loss"):
        spec(EVAL)
    with pytest.raises(ValueError, match="Missing predictions"):
        spec(PREDICT)
    with pytest.raises(ValueError, match="Loss must be scalar, given"):
        spec(EVAL, loss=tf.constant([1.0, 2.0]))
    with pytest.raises(TypeError, match=r"loss must be Tensor, given: 1\.0"):
        spec(EVAL, loss=1.0)
    with pytest.raises(TypeError, match="train_op must be Operation or Tensor, given: nothing"):
        spec(TRAIN, loss=loss, train_op="nothing")
    with pytest.raises(TypeError, match=r"must be \(metric_value, update_op\) tuples, given: .* for key: mine"):
        spec(EVAL, loss=loss, eval_metric_ops={"mine": loss})
    with pytest.raises(TypeError, match="All hooks must be SessionRunHook instances"):
        spec(EVAL, loss=loss, evaluation_hooks=[1])
    with tf.Graph().as_default(), pytest.raises(ValueError, match='loss with "Const:0" must be from the default graph'):
        spec(EVAL, loss=loss)
    made = spec(EVAL, loss=tf.constant([1.0]))
    assert (made.loss.shape, made.predictions, made.train_op) == ((), {}, None)
    with pytest.raises(ValueError, match="mode of EstimatorSpec cannot be changed"):
        made._replace(mode=TRAIN)


def test_configuration():
    config = tf.estimator.RunConfig(model_dir="folder")
    assert (config.save_checkpoints_steps, config.save_checkpoints_secs) == (None, 600)
    changed = config.replace(save_checkpoints_steps=5)
    assert (changed.save_checkpoints_steps, changed.save_checkpoints_secs) == (5, None)
    assert (config.is_chief, config.num_worker_replicas, config.task_type) == (True, 1, "worker")
    with pytest.raises(ValueError, match="cannot be both set"):
        tf.estimator.RunConfig(save_checkpoints_steps=1, save_checkpoints_secs=1)
    with pytest.raises(ValueError, match="Replacing master is not supported"):
        config.replace(master="x")
    with pytest.raises(ValueError, match="save_summary_steps should be >= 0: it is -1"):
        tf.estimator.RunConfig(save_summary_steps=-1)


def test_cluster_is_refused(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": {"worker": ["a:1", "b:1"]}}))
    with pytest.raises(NotImplementedError, match="TF_CONFIG describes a cluster of 2 tasks"):
        tf.estimator.RunConfig()
