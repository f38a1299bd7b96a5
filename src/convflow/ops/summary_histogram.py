"""Histograms as TensorFlow's summaries hold them: exponentially growing buckets, empty ones merged."""

from __future__ import annotations

import functools
import sys

import numpy as np
import torch
from tensorboard.compat.proto import summary_pb2

_SMALLEST = 1e-12
_LARGEST = 1e20
_GROWTH = 1.1


@functools.cache
def bucket_limits() -> torch.Tensor:
    """The upper ends of all buckets, ascending, float64: symmetric about zero, each 10 % wider than the last.

    Source: TensorFlow's histogram summaries; the limits are products built up one by one, so that they are
    the same to the last bit.
    """
    positive = []
    limit = _SMALLEST
    while limit < _LARGEST:
        positive.append(limit)
        limit *= _GROWTH
    positive.append(sys.float_info.max)
    return torch.tensor([-limit for limit in reversed(positive)] + [0.0] + positive, dtype=torch.float64)


def histogram_proto(values: torch.Tensor) -> summary_pb2.HistogramProto:
    """The `HistogramProto` of finite values of any shape and real type."""
    flat = values.detach().reshape(-1).double()
    limits = bucket_limits()
    proto = summary_pb2.HistogramProto(num=flat.numel())
    if flat.numel():
        low, high = torch.aminmax(flat)
        proto.min, proto.max = low.item(), high.item()
    else:
        # What a minimum and a maximum start from.
        proto.min, proto.max = sys.float_info.max, -sys.float_info.max
    array = flat.numpy()
    proto.sum = _running_sum(array)
    proto.sum_squares = _running_sum(array * array)
    # A value equal to a limit belongs to the bucket above it.
    positions = torch.bucketize(flat, limits, right=True).clamp_(max=len(limits) - 1)
    counts = torch.bincount(positions, minlength=len(limits))
    _add_buckets(proto, limits.numpy(), counts.numpy())
    return proto


def _running_sum(array: np.ndarray) -> float:
    # NumPy's own sum adds pairwise, which ends in other last bits than adding one after the other.
    return float(np.add.accumulate(array)[-1]) if array.size else 0.0


def _add_buckets(proto: summary_pb2.HistogramProto, limits: np.ndarray, counts: np.ndarray) -> None:
    """Every bucket that holds values, and one for each row of empty ones, ending where the row ends."""
    filled = counts > 0
    last_of_row = np.append(~filled[:-1] & filled[1:], not filled[-1])
    kept = filled | last_of_row
    proto.bucket_limit.extend(limits[kept].tolist())
    proto.bucket.extend(counts[kept].astype(np.float64).tolist())
