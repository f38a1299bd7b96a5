"""Metrics over three batches each: what they report after every one. Runs under TensorFlow and here.

Standard library and NumPy only; `tf` is handed in.
"""

import numpy as np

BATCHES = 3
SIZE = 6


def _draw(name, kind, rng, shape):
    if kind == "unit":
        return np.round(rng.uniform(0, 1, shape), 2).astype(np.float32)
    if kind == "real":
        return np.round(rng.uniform(-2, 2, shape), 2).astype(np.float32)
    if kind == "bool":
        return rng.rand(*shape) > 0.4
    if kind == "weight":
        return rng.randint(0, 4, shape).astype(np.float32) / 2
    return rng.randint(0, int(kind), shape).astype(np.int64)


# name: function of `tf.metrics`, kinds and shapes of labels and predictions, further arguments.
def calls():
    row = (SIZE,)
    matrix = (SIZE, 3)
    for weights in (None, row):
        said = "" if weights is None else " weighted"
        for name in ("mean_absolute_error", "mean_squared_error", "root_mean_squared_error"):
            yield name + said, name, [("real", row), ("real", row)], weights, {}
        yield "accuracy" + said, "accuracy", [("3", row), ("3", row)], weights, {}
        for name in (
            "true_positives", "true_negatives", "false_positives", "false_negatives", "precision", "recall",
        ):  # fmt: skip
            yield name + said, name, [("bool", row), ("bool", row)], weights, {}
            at = name + "_at_thresholds"
            yield at + said, at, [("bool", row), ("unit", row)], weights, {"thresholds": [0.25, 0.5, 0.75]}
        for curve in ("ROC", "PR"):
            for method in ("trapezoidal", "careful_interpolation", "minoring", "majoring"):
                settings = {"curve": curve, "summation_method": method, "num_thresholds": 20}
                yield f"auc {curve} {method}{said}", "auc", [("bool", row), ("unit", row)], weights, settings
        yield "auc own thresholds" + said, "auc", [("bool", row), ("unit", row)], weights, {"thresholds": [0.3, 0.6]}
        for name, other in (
            ("sensitivity_at_specificity", "specificity"), ("specificity_at_sensitivity", "sensitivity"),
        ):  # fmt: skip
            settings = {other: 0.7, "num_thresholds": 20}
            yield name + said, name, [("bool", row), ("unit", row)], weights, settings
        for name in ("mean_iou", "mean_per_class_accuracy"):
            yield name + said, name, [("4", row), ("4", row)], weights, {"num_classes": 4}
        for name in ("precision_at_k", "recall_at_k", "average_precision_at_k", "sparse_average_precision_at_k"):
            yield name + said, name, [("5", (SIZE, 2)), ("unit", (SIZE, 5))], weights, {"k": 3}
        for name in ("precision_at_k", "recall_at_k", "sparse_precision_at_k"):
            settings = {"k": 2, "class_id": 1}
            yield f"{name} class{said}", name, [("5", (SIZE, 2)), ("unit", (SIZE, 5))], weights, settings
        for name in ("precision_at_top_k", "recall_at_top_k"):
            yield name + said, name, [("5", (SIZE, 2)), ("5", (SIZE, 3))], weights, {"k": 3}
        yield (
            "mean_relative_error" + said,
            "mean_relative_error",
            [("real", row), ("real", row)],
            weights,
            {"normalizer": [0.0, 1.0, 2.0, 0.5, 4.0, 1.0]},
        )
        yield "precision_at_k one label" + said, "precision_at_k", [("5", row), ("unit", (SIZE, 5))], weights, {"k": 2}
    column = (SIZE, 1)
    yield "mean_cosine_distance", "mean_cosine_distance", [("real", matrix), ("real", matrix)], None, {"dim": 1}
    yield (
        "mean_cosine_distance weighted",
        "mean_cosine_distance",
        [("real", matrix), ("real", matrix)],
        column,
        {"dim": 1},
    )
    yield "accuracy columns", "accuracy", [("3", column), ("3", row)], column, {}
    yield "mean", "mean", [("real", matrix)], None, {}
    yield "mean weighted", "mean", [("real", matrix)], column, {}
    yield "mean integers", "mean", [("9", row)], None, {}
    yield "mean_tensor", "mean_tensor", [("real", matrix)], None, {}
    yield "mean_tensor weighted", "mean_tensor", [("real", matrix)], matrix, {}
    yield "percentage_below", "percentage_below", [("unit", matrix)], None, {"threshold": 0.4}
    yield "percentage_below weighted", "percentage_below", [("unit", matrix)], matrix, {"threshold": 0.4}


def batches(number, inputs, weights):
    """The values of one metric's inputs, batch by batch."""
    rng = np.random.RandomState(number)
    kinds = [*inputs, *([("weight", weights)] if weights else [])]
    return [[_draw(None, kind, rng, shape) for kind, shape in kinds] for _ in range(BATCHES)]


def results(tf, number, function, inputs, weights, settings, known):
    """[update, value] after each batch, with static shapes known or not."""
    values = batches(number, inputs, weights)
    with tf.Graph().as_default():
        placeholders = [tf.placeholder(tf.as_dtype(v.dtype), v.shape if known else None) for v in values[0]]
        arguments = dict(settings)
        if weights:
            arguments["weights"] = placeholders.pop()
        value, update = getattr(tf.metrics, function)(*placeholders, **arguments)
        fed = [*placeholders, *([arguments["weights"]] if weights else [])]
        found = []
        with tf.Session() as session:
            session.run(tf.local_variables_initializer())
            for batch in values:
                new = session.run(update, dict(zip(fed, batch, strict=True)))
                found.append([np.asarray(new).tolist(), np.asarray(session.run(value)).tolist()])
    return found


def record(tf, known=True):
    """The results of all calls; the class of the error where TensorFlow needs the shapes."""
    found = {}
    for number, (name, function, inputs, weights, settings) in enumerate(calls()):
        try:
            found[name] = results(tf, number, function, inputs, weights, settings, known)
        except (ValueError, TypeError) as error:
            found[name] = f"raises {type(error).__name__}"
    return found
