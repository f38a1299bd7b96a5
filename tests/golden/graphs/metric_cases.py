"""Calls of tf.metrics whose graphs are compared node by node with TensorFlow's."""


def cases(tf):
    P = lambda s, d=tf.float32: tf.placeholder(d, s)  # noqa: E731
    M = tf.metrics
    B = tf.bool
    ids = tf.int64
    SP = lambda s: tf.sparse_placeholder(ids, s)  # noqa: E731
    c = {}
    c["mean"] = lambda: M.mean(P([2, 3]))
    c["mean w"] = lambda: M.mean(
        P([2, 3]), P([2, 1]), name="mm", metrics_collections=["a", "b"], updates_collections="c"
    )
    c["mean unk"] = lambda: M.mean(P(None), P(None))
    c["mean int"] = lambda: M.mean(P([2, 3], tf.int32), 2)
    c["acc"] = lambda: M.accuracy(P([2], tf.int64), P([2], tf.int32))
    c["mean_tensor"] = lambda: M.mean_tensor(P([2, 3]), P([2, 1]))
    c["mean_tensor unk"] = lambda: M.mean_tensor(P([2, 3]))
    c["pb"] = lambda: M.percentage_below(P([2, 3]), 0.5)
    c["mae"] = lambda: M.mean_absolute_error(P([2, 3]), P([2, 3]), P([2, 3]))
    c["mcd"] = lambda: M.mean_cosine_distance(P([2, 3]), P([2, 3]), 1, P([2, 1]))
    c["mre"] = lambda: M.mean_relative_error(P([2, 3]), P([2, 3]), P([2, 3]))
    c["mse"] = lambda: M.mean_squared_error(P([2, 3]), P([2, 3]))
    c["rmse"] = lambda: M.root_mean_squared_error(P([2, 3]), P([2, 3]))
    for n in ("true_positives", "false_positives", "true_negatives", "false_negatives"):
        f = getattr(M, n)
        c[n] = lambda f=f: f(P([2, 3], B), P([2, 3], B))
        c[n + " w"] = lambda f=f: f(
            P([2, 3]), P([2, 3], tf.int32), P([2, 1]), name="q", metrics_collections="mc", updates_collections="uc"
        )
        g = getattr(M, n + "_at_thresholds")
        c[n + " at"] = lambda g=g: g(P([2, 3]), P([2, 3]), [0.2, 0.5])
        c[n + " at w"] = lambda g=g: g(P([2, 3], tf.int32), P([2, 3], tf.float64), [0.2, 0.5], P([2, 1]), name="q")
    for n in ("precision", "recall"):
        f = getattr(M, n)
        c[n] = lambda f=f: f(P([2, 3], B), P([2, 3], B))
        c[n + " w"] = lambda f=f: f(P([2]), P([2, 1]), P([2]), name="q")
        g = getattr(M, n + "_at_thresholds")
        c[n + " at"] = lambda g=g: g(P([2]), P([2]), [0.2, 0.5])
    c["mean_iou"] = lambda: M.mean_iou(P([2, 3], tf.int32), P([2, 3], tf.int32), 4)
    c["mean_iou w"] = lambda: M.mean_iou(P([2], tf.int64), P([2], tf.int32), 4, P([2]))
    c["mpca"] = lambda: M.mean_per_class_accuracy(P([2], tf.int64), P([2], tf.int32), 4)
    c["mpca w"] = lambda: M.mean_per_class_accuracy(P([2, 3], tf.int64), P([2, 3], tf.int32), 4, P([2, 3]))
    for curve, method in (
        ("ROC", "trapezoidal"),
        ("ROC", "minoring"),
        ("PR", "careful_interpolation"),
        ("PR", "majoring"),
    ):
        c[f"auc {curve} {method}"] = lambda curve=curve, method=method: M.auc(
            P([4]), P([4]), num_thresholds=5, curve=curve, summation_method=method
        )
    c["auc thr"] = lambda: M.auc(P([4]), P([4]), P([4]), thresholds=[0.0, 0.5, 1.0])
    c["auc bad"] = lambda: M.auc(P([4]), P([4]), curve="x")
    c["auc bad2"] = lambda: M.auc(P([4]), P([4]), summation_method="x")
    c["sens"] = lambda: M.sensitivity_at_specificity(P([4]), P([4]), 0.7, num_thresholds=5)
    c["spec"] = lambda: M.specificity_at_sensitivity(P([4]), P([4]), 0.7, P([4]), num_thresholds=5)
    c["spec bad"] = lambda: M.specificity_at_sensitivity(P([4]), P([4]), 1.7, P([4]), num_thresholds=5)
    for n in ("precision", "recall"):
        f = getattr(M, n + "_at_k")
        t = getattr(M, n + "_at_top_k")
        c[n + "@k"] = lambda f=f: f(P([4, 2], ids), P([4, 5]), 2)
        c[n + "@k cls"] = lambda f=f: f(P([4, 2], ids), P([4, 5]), 2, class_id=1, weights=P([4]), name="q")
        c[n + "@topk"] = lambda t=t: t(P([4, 2], ids), P([4, 3], ids), 3, weights=P([4]))
        c[n + "@topk nok"] = lambda t=t: t(P([4], ids), P([4, 3], ids))
        c[n + "@k 1d unk"] = lambda f=f: f(P([2], ids), P([5]), 2)
    c["ap@k"] = lambda: M.average_precision_at_k(P([4, 2], ids), P([4, 5]), 2)
    c["ap@k w"] = lambda: M.average_precision_at_k(SP([4, 2]), P([4, 5]), 2, P([4]))
    c["sp@k"] = lambda: M.sparse_precision_at_k(P([4, 2], ids), P([4, 5]), 2, class_id=1)
    c["p sparse w"] = lambda: M.precision_at_k(SP([4, 5]), P([4, 5]), 2, weights=P([4]))
    c["p sparse cls"] = lambda: M.precision_at_k(SP([4, 5]), P([4, 5]), 2, class_id=1)
    c["p w0"] = lambda: M.precision_at_k(P([4, 2], ids), P([4, 5]), 2, weights=2.0)
    c["p unk"] = lambda: M.precision_at_k(P(None, ids), P(None), 2, class_id=1, weights=P(None))
    c["p 3d"] = lambda: M.precision_at_k(P([4, 3, 2], ids), P([4, 3, 5]), 2, weights=P([4, 3]))
    c["p sparse 1d"] = lambda: M.precision_at_k(SP([5]), P([4, 5]), 2)
    c["p sparse unk"] = lambda: M.precision_at_k(SP(None), P(None), 2)
    c["ap unk"] = lambda: M.average_precision_at_k(P(None, ids), P(None), 2)
    return c
