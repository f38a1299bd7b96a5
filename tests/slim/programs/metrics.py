"""Metrics as they were before tf.metrics."""


def build(tf):
    metrics = tf.contrib.slim.metrics
    scores = tf.placeholder(tf.float32, [None, 3], name="scores")
    truths = tf.placeholder(tf.float32, [None, 3], name="truths")
    weights = tf.placeholder(tf.float32, [None, 1], name="weights")
    classes = tf.placeholder(tf.int64, [None], name="classes")
    pairs = {
        "accuracy": metrics.streaming_accuracy(scores, truths),
        "mean": metrics.streaming_mean(scores, weights, "values", "updates", "mine"),
        "recall": metrics.streaming_recall(scores, truths, name="of_all"),
    }
    metrics.aggregate_metric_map(pairs)
    metrics.aggregate_metrics(*pairs.values())
    metrics.streaming_mean_iou(classes, classes, 3)
    metrics.streaming_auc(scores, truths, num_thresholds=4, curve="PR")
    metrics.streaming_percentage_less(scores, 0.5)
    metrics.streaming_mean_relative_error(scores, truths, truths)
    metrics.streaming_mean_cosine_distance(scores, truths, 1, metrics_collections="values")
    metrics.streaming_recall_at_k(scores, classes, 2)
    metrics.streaming_sparse_recall_at_k(scores, classes, 2, class_id=1)
    metrics.streaming_precision_at_thresholds(scores, truths, [0.5])
    metrics.streaming_false_positive_rate(scores, truths, weights)
    metrics.streaming_false_negative_rate(scores, truths, name="missed")
    metrics.streaming_true_negatives_at_thresholds(scores, truths, [0.3, 0.7], weights)
    metrics.streaming_false_negative_rate_at_thresholds(scores, truths, [0.3, 0.7])
    metrics.f1_score(truths, scores, num_thresholds=4)
    metrics.accuracy(classes, classes)
    metrics.accuracy(classes, classes, weights=tf.constant([0.5, 1.0]), name="weighted")
    metrics.count(scores)
    metrics.count(scores, weights)
