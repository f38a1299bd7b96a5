"""Metrics of Keras over two batches, the same under TensorFlow's Keras and here."""

import numpy as np


def _data(seed, shape=(6,)):
    rng = np.random.RandomState(seed)
    return rng.randint(0, 2, shape).astype("f"), rng.uniform(0, 1, shape).astype("f"), rng.uniform(0.5, 2, shape[:1])


_MATRIX = (5, 3)
CASES = {
    **{
        f"{name}{index}": (name, arguments, (6,))
        for name in ("TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives")
        for index, arguments in enumerate([{}, {"thresholds": [0.2, 0.7]}])
    },
    **{
        f"{name}{index}": (name, arguments, shape)
        for name in ("Precision", "Recall")
        for index, (arguments, shape) in enumerate(
            [({}, (6,)), ({"thresholds": [0.1, 0.6]}, (6,)), ({"top_k": 2}, _MATRIX), ({"class_id": 1}, _MATRIX)]
        )
    },
    **{
        f"AUC_{curve}_{method}": ("AUC", {"curve": curve, "summation_method": method, "num_thresholds": 9}, (12,))
        for curve in ("ROC", "PR")
        for method in ("interpolation", "minoring", "majoring")
    },
    "AUC_thresholds": ("AUC", {"thresholds": [0.3, 0.6]}, (12,)),
    "sensitivity": ("SensitivityAtSpecificity", {"specificity": 0.6, "num_thresholds": 9}, (12,)),
    "specificity": ("SpecificityAtSensitivity", {"sensitivity": 0.6, "num_thresholds": 9}, (12,)),
    **{
        name: (name, {}, _MATRIX)
        for name in (
            "Hinge", "SquaredHinge", "CategoricalHinge", "KLDivergence", "LogCoshError", "Poisson",
            "MeanAbsolutePercentageError", "MeanSquaredLogarithmicError", "CosineSimilarity",
        )
    },
    "MeanIoU": ("MeanIoU", {"num_classes": 3}, (6,)),
    "MeanRelativeError": ("MeanRelativeError", {"normalizer": [1.0, 2.0, 4.0]}, _MATRIX),
    "MeanTensor": ("MeanTensor", {}, _MATRIX),
}  # fmt: skip


def run(tf, name):
    kind, arguments, shape = CASES[name]
    metric = getattr(tf.keras.metrics, kind)(**arguments)
    tensors = []
    for seed in (0, 1):
        y_true, y_pred, weights = _data(seed, shape)
        if kind == "MeanIoU":
            y_pred = np.random.RandomState(seed).randint(0, 3, shape)
        given = (y_pred,) if kind == "MeanTensor" else (y_true, y_pred)
        given = [tf.constant(item) for item in given]
        extra = {} if kind == "MeanRelativeError" else {"sample_weight": tf.constant(weights, tf.float32)}
        tensors.append(metric.update_state(*given, **extra))
    result = metric.result()
    with tf.Session() as sess:
        sess.run(tf.variables_initializer(metric.variables))
        for tensor in tensors:
            sess.run(tensor)
        return np.asarray(sess.run(result)).tolist()
