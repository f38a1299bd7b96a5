"""A small model trained, evaluated and asked as an estimator, the same under TensorFlow and here."""

import logging
import os
import re

import numpy as np

ROWS = 64


def model_fn(tf, estimator):
    def function(features, labels, mode, params):
        hidden = tf.layers.dense(features["x"], params["units"], activation=tf.nn.relu)
        logits = tf.layers.dense(hidden, 2)
        classes = tf.argmax(logits, 1)
        if mode == estimator.ModeKeys.PREDICT:
            return estimator.EstimatorSpec(mode, predictions={"classes": classes, "logits": logits})
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=labels))
        step = tf.train.get_global_step()
        return estimator.EstimatorSpec(
            mode,
            loss=loss,
            train_op=tf.train.GradientDescentOptimizer(0.1).minimize(loss, step),
            eval_metric_ops={"accuracy": tf.metrics.accuracy(labels, classes)},
        )

    return function


def data():
    return np.random.RandomState(0).rand(ROWS, 4).astype(np.float32), np.arange(ROWS) % 2


def make(tf, estimator, folder, **arguments):
    config = estimator.RunConfig(
        tf_random_seed=1, save_summary_steps=5, log_step_count_steps=10, save_checkpoints_steps=20
    )
    return estimator.Estimator(
        model_fn(tf, estimator), model_dir=folder, params={"units": 3}, config=config, **arguments
    )


def inputs(estimator, **arguments):
    x, y = data()
    arguments = {"batch_size": 8, "shuffle": False, **arguments}
    return estimator.inputs.numpy_input_fn({"x": x}, y, **arguments)


class Lines(logging.Handler):
    """Keeps what is informed of. Times and folders differ from run to run, some lines came with TensorFlow 2."""

    LATER = ("Using config", "Calling checkpoint listeners", "Inference Time")

    def __init__(self, folder):
        super().__init__(logging.INFO)
        self._folder = folder
        self.lines = []

    def emit(self, record):
        if record.levelno != logging.INFO or record.getMessage().startswith(self.LATER):
            return
        text = record.getMessage().replace(self._folder, "FOLDER")
        text = re.sub(r"\(\d+\.\d+ sec\)", "(TIME sec)", re.sub(r"(at|sec:) [\d.e+TZ:-]+", r"\1 TIME", text))
        self.lines.append(text)


def record(tf, estimator, folder):
    """What a run leaves: values, files, nodes, and the log."""
    logger, handler = logging.getLogger("tensorflow"), Lines(folder)
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        model = make(tf, estimator, folder)
        model.train(inputs(estimator, num_epochs=None), steps=30)
        evaluated = model.evaluate(inputs(estimator, num_epochs=1))
        predicted = [item["logits"].tolist() for item in model.predict(inputs(estimator, num_epochs=1))]
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
    with open(os.path.join(folder, "graph.pbtxt")) as file:
        nodes = re.findall(r'^node \{\n  name: "(.*?)"\n  op: "(.*?)"', file.read(), re.MULTILINE)
    names = [os.path.relpath(os.path.join(at, name), folder) for at, _, files in os.walk(folder) for name in files]
    return {
        "lines": handler.lines,
        "evaluated": {name: float(value) for name, value in evaluated.items()},
        "predicted": predicted[:4],
        "count": len(predicted),
        "variables": {name: model.get_variable_value(name).tolist() for name in model.get_variable_names()},
        "files": sorted(re.sub(r"tfevents\..*", "tfevents", name) for name in names),
        "nodes": nodes,
    }
