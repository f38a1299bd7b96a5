"""The initial weights that the networks of TF-Slim share (API: slim.nets.alexnet.trunc_normal and its kin)."""

from __future__ import annotations

from convflow.modeling.variables.initializers import TruncatedNormal


def trunc_normal(stddev: float) -> TruncatedNormal:
    """A truncated normal initializer around zero with this standard deviation."""
    return TruncatedNormal(0.0, stddev)
