"""Calls of tf.losses whose graphs are compared node by node with TensorFlow's."""


def cases(tf):
    P = lambda s, d=tf.float32: tf.placeholder(d, s)  # noqa: E731
    L = tf.losses
    return {
        "abs": lambda: L.absolute_difference(P([None, 3]), P([None, 3])),
        "abs t": lambda: L.absolute_difference(P([None, 3]), P([None, 3]), P([None, 3])),
        "abs static": lambda: L.absolute_difference(P([2, 3]), P([2, 3]), P([2, 1])),
        "abs static same": lambda: L.absolute_difference(P([2, 3]), P([2, 3]), P([2, 3]), reduction=L.Reduction.MEAN),
        "abs unk": lambda: L.absolute_difference(P(None), P(None), P(None)),
        "abs unk weights": lambda: L.absolute_difference(P([2, 3]), P([2, 3]), P(None), reduction=L.Reduction.SUM),
        "none": lambda: L.absolute_difference(P([2, 3]), P([2, 3]), 2.0, reduction=L.Reduction.NONE),
        "batch": lambda: L.absolute_difference(P([2, 3]), P([2, 3]), 2, reduction=L.Reduction.SUM_OVER_BATCH_SIZE),
        "bs unk": lambda: L.absolute_difference(P(None), P(None), 2, reduction=L.Reduction.SUM_OVER_BATCH_SIZE),
        "f64 int": lambda: L.absolute_difference(
            P([2, 3], tf.int32), P([2, 3], tf.float64), 2, reduction=L.Reduction.SUM_OVER_NONZERO_WEIGHTS
        ),
        "mismatch": lambda: L.absolute_difference(P([2, 3]), P([2, 4])),
        "None": lambda: L.absolute_difference(None, P([2, 4])),
        "bad w": lambda: L.absolute_difference(P([2, 3]), P([2, 3]), P([2])),
        "bad w2": lambda: L.absolute_difference(P([2, 3]), P([2, 3]), P([2, 2])),
        "bad red": lambda: L.absolute_difference(P([2, 3]), P([2, 3]), reduction="x"),
        "scope": lambda: L.absolute_difference(P([2, 3]), P([2, 3]), scope="sc", loss_collection=None),
        "cos": lambda: L.cosine_distance(P([2, 3]), P([2, 3]), axis=1),
        "cos dim": lambda: L.cosine_distance(P([2, 3]), P([2, 3]), dim=0, weights=P([1, 3])),
        "cos none": lambda: L.cosine_distance(P([2, 3]), P([2, 3])),
        "hinge": lambda: L.hinge_loss(P([2, 3]), P([2, 3]), reduction=L.Reduction.NONE),
        "hinge int": lambda: L.hinge_loss(P([2, 3], tf.int32), P([2, 3]), reduction=L.Reduction.NONE),
        "huber": lambda: L.huber_loss(P([2, 3]), P([2, 3]), delta=2.0, reduction=L.Reduction.NONE),
        "huber 64": lambda: L.huber_loss(
            P([2, 3], tf.float64), P([2, 3], tf.float64), delta=P([]), reduction=L.Reduction.NONE
        ),
        "log": lambda: L.log_loss(P([2, 3]), P([2, 3]), reduction=L.Reduction.NONE),
        "log eps": lambda: L.log_loss(P([2, 3]), P([2, 3]), epsilon=P([]), reduction=L.Reduction.NONE),
        "mse": lambda: L.mean_squared_error(P([2, 3]), P([2, 3]), reduction=L.Reduction.NONE),
        "mpse": lambda: L.mean_pairwise_squared_error(P([2, 3]), P([2, 3])),
        "mpse w": lambda: L.mean_pairwise_squared_error(P([2, 3]), P([2, 3]), P([2])),
        "mpse w2": lambda: L.mean_pairwise_squared_error(P([2, 3]), P([2, 3]), P([2, 1])),
        "mpse w3": lambda: L.mean_pairwise_squared_error(P([2, 3]), P([2, 3]), P([2, 3])),
        "mpse unk": lambda: L.mean_pairwise_squared_error(P(None), P(None), P(None)),
        "mpse unk2": lambda: L.mean_pairwise_squared_error(P([None, 3, 4]), P([None, 3, 4]), 2.0, scope="x"),
        "sig": lambda: L.sigmoid_cross_entropy(P([2, 3]), P([2, 3])),
        "sig sm": lambda: L.sigmoid_cross_entropy(
            P([2, 3], tf.int32), P([2, 3]), label_smoothing=0.1, reduction=L.Reduction.NONE
        ),
        "sm": lambda: L.softmax_cross_entropy(P([2, 3]), P([2, 3]), reduction=L.Reduction.NONE),
        "sm sm": lambda: L.softmax_cross_entropy(P([2, 3], tf.int32), P([2, 3]), label_smoothing=0.1, weights=P([2])),
        "sm sm unk": lambda: L.softmax_cross_entropy(
            P([None, None]), P([None, None]), label_smoothing=0.1, weights=P([None])
        ),
        "ssm": lambda: L.sparse_softmax_cross_entropy(P([2], tf.int32), P([2, 3]), reduction=L.Reduction.NONE),
        "ssm w": lambda: L.sparse_softmax_cross_entropy(
            P([2, 1], tf.int32), P([2, 3]), P([2, 1]), reduction=L.Reduction.NONE
        ),
        "ssm w2": lambda: L.sparse_softmax_cross_entropy(
            P([2], tf.int32), P([2, 3]), P([2, 1]), reduction=L.Reduction.NONE
        ),
        "ssm w3": lambda: L.sparse_softmax_cross_entropy(
            P([None, 1], tf.int32), P([None, 3]), P([None]), reduction=L.Reduction.NONE
        ),
        "ssm w4": lambda: L.sparse_softmax_cross_entropy(
            P(None, tf.int32), P([None, 3]), P(None), reduction=L.Reduction.NONE
        ),
        "ssm 64": lambda: L.sparse_softmax_cross_entropy(
            P([3, 2, 1], tf.int64), P([3, 2, 4], tf.float64), 2.0, reduction=L.Reduction.NONE
        ),
        "cwl": lambda: L.compute_weighted_loss(P([2, 3])),
        "cwl int": lambda: L.compute_weighted_loss(P([2, 3], tf.int32), 2),
        "cwl f16": lambda: L.compute_weighted_loss(P([2, 3], tf.float16), P([2, 3])),
        "cwl mean": lambda: L.compute_weighted_loss(P([2, 3]), P([2, 1]), reduction=L.Reduction.MEAN),
        "cwl sum": lambda: L.compute_weighted_loss(P([]), 2.0, reduction=L.Reduction.SUM),
        "cwl list": lambda: L.compute_weighted_loss([1.0, 2.0], [2.0, 3.0]),
        "add": lambda: [
            L.add_loss(P([])),
            L.add_loss(P([]), None),
            L.add_loss(P([]), "q"),
            L.get_losses(),
            L.get_losses(loss_collection="q"),
            L.get_losses("Pl"),
        ],
        "reg0": lambda: L.get_regularization_loss(),
        "reg": lambda: [
            tf.add_to_collection("regularization_losses", P([])),
            tf.add_to_collection("regularization_losses", P([])),
            L.get_regularization_loss(),
            L.get_regularization_losses(),
            L.get_regularization_loss("Placeholder_1", "nm"),
        ],
        "tot0": lambda: L.get_total_loss(),
        "tot": lambda: [
            L.mean_squared_error([1.0], [2.0]),
            tf.add_to_collection("regularization_losses", P([])),
            L.get_total_loss(),
            L.get_total_loss(False, "t2"),
            L.get_total_loss(scope="Pl"),
        ],
        "tot1": lambda: [L.mean_squared_error([1.0], [2.0]), L.get_total_loss()],
        "red": lambda: L.Reduction.all(),
        "val": lambda: L.Reduction.validate("q"),
        "lists": lambda: L.mean_squared_error([1.0, 2], [[2.0], [3.0]]),
        "sm bad": lambda: L.softmax_cross_entropy(P([2, 3]), P([2, 4])),
        "sm none": lambda: L.softmax_cross_entropy(None, P([2, 4])),
        "ssm none": lambda: L.sparse_softmax_cross_entropy(P([2], tf.int32), None),
        "log none": lambda: L.log_loss(P([2, 4]), None),
        "mse none w": lambda: L.mean_squared_error(P([2, 4]), P([2, 4]), None),
        "huber none": lambda: L.huber_loss(None, P([2, 4])),
        "hinge none": lambda: L.hinge_loss(None, P([2, 4])),
        "sig none": lambda: L.sigmoid_cross_entropy(None, P([2, 4])),
        "mpse none": lambda: L.mean_pairwise_squared_error(None, P([2, 4])),
        "cos nn": lambda: L.cosine_distance(None, P([2, 4]), 1),
        "ssm badrank": lambda: L.sparse_softmax_cross_entropy(P([2, 3, 1, 1], tf.int32), P([2, 3])),
        "partial": lambda: L.mean_squared_error(P([None, 1]), P([3, None]), P([None, 1])),
        "weights var": lambda: L.mean_squared_error(P([2]), P([2]), tf.Variable([1.0, 2.0])),
        "np weights": lambda: L.mean_squared_error(P([2]), P([2]), [1.0, 2.0]),
        "np weights0": lambda: L.mean_squared_error(P([2]), P([2]), 0.0),
    }
