"""An area from histograms of scores (API: slim.metrics.auc_using_histogram)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.modeling.metrics.arguments import check_same_shape
from convflow.modeling.variables.scope import variable_scope
from convflow.modeling.variables.variable import Variable
from convflow.ops import state
from convflow.ops.array.constant import zeros
from convflow.ops.array.identity import group
from convflow.ops.array.strided_slice import boolean_mask
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import logical_not
from convflow.ops.math.histogram import histogram_fixed_width
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.math.scan import cumsum

Pair = tuple[Any, Any]


def auc_using_histogram(
    boolean_labels: Any,
    scores: Any,
    score_range: Any,
    nbins: int = 100,
    collections: Any = None,
    check_shape: bool = True,
    name: str | None = None,
) -> Pair:
    """The area under the ROC curve, from a histogram of the scores of each class.

    Args:
        boolean_labels: bool, shape (batch,).
        scores: of that shape; those outside of the range count as its ends.
        score_range: the lowest and the highest score.
        nbins: how many bins; the error is at most 1 / nbins for scores that spread evenly.
        collections: for the histograms' variables; the local ones if None.
        check_shape: whether the two shapes are compared.
        name: of the scope.

    Returns:
        the area so far, float32, NaN before both classes were seen; and an operation that takes a batch.

    Raises:
        ValueError: shapes that differ, or a range that is empty.
    """
    with variable_scope(name, "auc_using_histogram", [boolean_labels, scores, score_range]):
        labels = convert_to_tensor(boolean_labels, dtypes.bool)
        scores = convert_to_tensor(scores)
        if check_shape:
            check_same_shape("scores", scores, "boolean_labels", labels)
        if isinstance(score_range, (list, tuple)) and not score_range[0] < score_range[1]:
            raise ValueError(f"score_range must have its lowest number first: {list(score_range)}.")
        listed_in = [GraphKeys.LOCAL_VARIABLES] if collections is None else collections
        histograms, updates = [], []
        for which, mask in (("hist_true_acc", labels), ("hist_false_acc", logical_not(labels))):
            histogram = Variable(lambda: zeros([nbins], dtypes.float32), False, listed_in, name=which)
            batch = histogram_fixed_width(boolean_mask(scores, mask), score_range, nbins)
            histograms.append(histogram)
            updates.append(state.assign_add(histogram, cast(batch, dtypes.float32)))
        right, wrong = histograms
        return _area(right, wrong, nbins), group(*updates, name="update_op")


def _area(right: Any, wrong: Any, nbins: int) -> Any:
    """The chance that one of `right` stands in a higher bin than one of `wrong`; half of it in the same."""
    found = right / reduce_sum(right)
    missed = wrong / reduce_sum(wrong)
    return reduce_sum(found * (strict_1d_cumsum(missed, nbins) - missed / 2.0))


def strict_1d_cumsum(tensor: Any, len_tensor: int) -> Any:
    """Sums of a vector's first one, two, three and so on elements.

    Args:
        tensor: of shape (len_tensor,).
        len_tensor: a number of Python's, which becomes the shape that is known.

    Raises:
        ValueError: the vector has another length.
    """
    sums = cumsum(tensor)
    sums.set_shape([len_tensor])
    return sums
