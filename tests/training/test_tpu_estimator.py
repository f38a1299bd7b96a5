"""The estimator that programs for TPUs use, on the processor."""

import glob

import numpy as np
import pytest

import convflow as tf

tpu = tf.contrib.tpu


def model_fn(features, labels, mode, params):
    seen.append((mode, params.get("batch_size"), params["use_tpu"], params["start"]))
    weight = tf.get_variable("weight", [], initializer=tf.constant_initializer(params["start"]))
    product = weight * features
    if mode == "infer":
        return tpu.TPUEstimatorSpec(mode, predictions={"product": product})
    loss = tf.reduce_mean(tf.square(product - labels))
    if mode == "eval":

        def metrics(labels, product):
            return {"error": tf.metrics.mean_absolute_error(labels, product)}

        return tpu.TPUEstimatorSpec(mode, loss=loss, eval_metrics=(metrics, [labels, product]))
    optimizer = tpu.CrossShardOptimizer(tf.train.GradientDescentOptimizer(0.05))
    train = optimizer.minimize(loss, tf.train.get_global_step())
    called = tf.get_variable("called", [], tf.int32, initializer=tf.zeros_initializer(), trainable=False)

    def host(by):
        return tf.assign_add(called, by)

    return tpu.TPUEstimatorSpec(mode, loss=loss, train_op=train, host_call=(host, {"by": tf.constant(2)}))


def input_fn(params):
    values = np.arange(1.0, 5.0, dtype=np.float32)
    return tf.data.Dataset.from_tensor_slices((values, 3 * values)).repeat(50).batch(params["batch_size"])


seen = []


def estimator(folder, **arguments):
    seen.clear()
    settings = tpu.TPUConfig(iterations_per_loop=7, per_host_input_for_training=tpu.InputPipelineConfig.PER_HOST_V2)
    config = tpu.RunConfig(master=None, cluster=None, model_dir=str(folder), tpu_config=settings)
    arguments = {"model_fn": model_fn, "config": config, "use_tpu": False, "params": {"start": 2.0}, **arguments}
    return tpu.TPUEstimator(train_batch_size=2, eval_batch_size=4, predict_batch_size=1, **arguments)


def test_trains_evaluates_and_predicts_with_the_batch_size_of_each_mode(tmp_path):
    made = estimator(tmp_path)
    made.train(input_fn, max_steps=30)
    found = made.evaluate(input_fn, steps=1)
    first = next(made.predict(input_fn))
    assert [each[:3] for each in seen] == [("train", 2, False), ("eval", 4, False), ("infer", 1, False)]
    assert made.get_variable_value("weight") == pytest.approx(3, abs=1e-3)
    assert made.get_variable_value("called") == 60
    assert found["error"] == pytest.approx(0, abs=1e-2)
    assert first["product"] == pytest.approx(3, abs=1e-2)
    assert glob.glob(f"{tmp_path}/model.ckpt-30.index")


def test_an_export_has_no_batch_size(tmp_path):
    made = estimator(tmp_path / "model")
    made.train(input_fn, max_steps=1)
    seen.clear()

    def receiver():
        given = tf.placeholder(tf.float32, [None])
        return tf.estimator.export.TensorServingInputReceiver(given, {"x": given})

    made.export_saved_model(str(tmp_path / "saved"), receiver)
    assert seen == [("infer", None, False, 2.0)]


def test_examples_per_second_are_written(tmp_path):
    config = tpu.RunConfig(model_dir=str(tmp_path), log_step_count_steps=5)
    estimator(tmp_path, config=config).train(input_fn, max_steps=12)
    (path,) = glob.glob(f"{tmp_path}/events*")
    tags = {value.tag for event in tf.train.summary_iterator(path) for value in event.summary.value}
    assert {"examples/sec", "global_step/sec"} <= tags


def test_its_config_keeps_what_is_said_about_tpus():
    config = tpu.RunConfig(tpu_config=tpu.TPUConfig(num_shards=8), save_checkpoints_steps=10)
    assert config.tpu_config.num_shards == 8
    assert config.replace(save_summary_steps=3).tpu_config.num_shards == 8
    assert config.replace(tpu_config=tpu.TPUConfig(num_shards=2)).tpu_config.num_shards == 2
    assert config.tpu_config.per_host_input_for_training == tpu.InputPipelineConfig.PER_HOST_V1
    assert tf.estimator.tpu.RunConfig is tpu.RunConfig


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: estimator("m", use_tpu=True), NotImplementedError, "there is no TPU here. Pass use_tpu=False"),
        (lambda: estimator("m", config=tf.estimator.RunConfig()), ValueError, "must be provided with type"),
        (lambda: estimator("m", params={"batch_size": 1}), ValueError, "reserved keys but existed"),
        (lambda: estimator("m", model_fn=lambda features: None), ValueError, "does not include params argument"),
        (lambda: tpu.RunConfig(master="grpc://there"), NotImplementedError, "'grpc://there' as master or cluster"),
        (lambda: tpu.RunConfig(master="a", cluster="b"), ValueError, "Both master and cluster are set."),
        (lambda: tpu.TPUConfig(num_cores_per_replica=3), ValueError, "must be one of"),
        (lambda: tpu.TPUConfig(iterations_per_loop=0), ValueError, "must be positive; got 0"),
        (lambda: tpu.TPUConfig(input_partition_dims=[[1]]), ValueError, "only supported in PER_HOST_V2"),
        (lambda: tpu.TPUEstimatorSpec("eval", eval_metrics=3), ValueError, "eval_metrics should be tuple or list"),
        (
            lambda: tpu.TPUEstimatorSpec("eval", eval_metrics=(1, [])),
            TypeError,
            r"eval_metrics\[0\] should be callable",
        ),
        (lambda: tpu.TPUEstimatorSpec("eval", eval_metrics=(len, 1)), ValueError, r"eval_metrics\[1\] should be tuple"),
        (
            lambda: tpu.TPUEstimatorSpec("train", host_call=(lambda a: a, [1, 2])),
            RuntimeError,
            "length of tensors 2 does not match method args of the function, which takes 1",
        ),
        (lambda: tpu.TPUEstimatorSpec("train", training_hooks=[1]), TypeError, "must be SessionRunHook instances"),
        (lambda: tpu.CrossShardOptimizer(None), TypeError, "only works with a tf.train.Optimizer"),
        (
            lambda: tpu.CrossShardOptimizer(tf.train.AdamOptimizer(), reduction="none"),
            ValueError,
            "`reduction` should be one of",
        ),
    ],
)
def test_refuses(make, error, text):
    with pytest.raises(error, match=text):
        make()


def test_an_input_function_must_take_params(tmp_path):
    with pytest.raises(ValueError, match="does not include params argument"):
        estimator(tmp_path).train(lambda: input_fn({"batch_size": 1}), max_steps=1)
