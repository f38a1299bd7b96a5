"""tf.contrib.slim.metrics.metric_ops"""

from convflow.slim.metrics.aggregate import (
    aggregate_metric_map,
    aggregate_metrics,
)
from convflow.slim.metrics.concat import next_array_size as _next_array_size
from convflow.slim.metrics.concat import streaming_concat
from convflow.slim.metrics.correlation import (
    streaming_covariance,
    streaming_pearson_correlation,
)
from convflow.slim.metrics.kappa import cohen_kappa
from convflow.slim.metrics.ranked_area import auc_with_confidence_intervals, streaming_dynamic_auc
from convflow.slim.metrics.rates import (
    count,
    streaming_false_negative_rate,
    streaming_false_negative_rate_at_thresholds,
    streaming_false_negatives_at_thresholds,
    streaming_false_positive_rate,
    streaming_false_positive_rate_at_thresholds,
    streaming_false_positives_at_thresholds,
    streaming_true_negatives_at_thresholds,
    streaming_true_positives_at_thresholds,
)
from convflow.slim.metrics.streaming import (
    sparse_recall_at_top_k,
    streaming_accuracy,
    streaming_auc,
    streaming_false_negatives,
    streaming_false_positives,
    streaming_mean,
    streaming_mean_absolute_error,
    streaming_mean_cosine_distance,
    streaming_mean_iou,
    streaming_mean_relative_error,
    streaming_mean_squared_error,
    streaming_mean_tensor,
    streaming_percentage_less,
    streaming_precision,
    streaming_precision_at_thresholds,
    streaming_recall,
    streaming_recall_at_k,
    streaming_recall_at_thresholds,
    streaming_root_mean_squared_error,
    streaming_sensitivity_at_specificity,
    streaming_sparse_average_precision_at_k,
    streaming_sparse_average_precision_at_top_k,
    streaming_sparse_precision_at_k,
    streaming_sparse_precision_at_top_k,
    streaming_sparse_recall_at_k,
    streaming_specificity_at_sensitivity,
    streaming_true_negatives,
    streaming_true_positives,
)
from convflow.slim.metrics.targets import (
    precision_at_recall,
    precision_recall_at_equal_thresholds,
    recall_at_precision,
    streaming_curve_points,
)
