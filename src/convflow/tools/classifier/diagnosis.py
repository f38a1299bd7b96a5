"""Where numbers stopped being numbers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

import convflow as tf
from convflow.core import errors
from convflow.tools.classifier.graph import TrainingGraph
from convflow.tools.classifier.progress import Progress
from convflow.tools.classifier.settings import Run


@contextlib.contextmanager
def diagnosed(session: Any, net: TrainingGraph, run: Run, progress: Progress, feeds: dict[Any, Any]) -> Iterator[None]:
    """Around a training step: if it fails because its loss is not finite, the error says where that began.

    The step has changed no variable then, so its forward pass can be looked at again.

    Raises:
        errors.InvalidArgumentError: in place of the step's own.
    """
    try:
        yield
    except errors.InvalidArgumentError as reason:
        place = first_bad(session, net, feeds)
        if place is None:
            raise
        raise errors.InvalidArgumentError(
            None,
            None,
            f"The loss is no longer a finite number in step {progress.step + 1}; it began in {place}. "
            f"Train with a lower --learning-rate than {run.learning_rate:g}, or look at the pictures of that step.",
        ) from reason


def first_bad(session: Any, net: TrainingGraph, feeds: dict[Any, Any]) -> str | None:
    """The first variable, or else the first tensor of the model, that is not finite; None if all are.

    Variables come first: once one is bad, all that is computed from it is.
    """
    variables = net.network.graph.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES)
    for variable, value in zip(variables, session.run(variables), strict=True):
        if not _is_finite(value):
            return f"the variable {variable.op.name}"
    points = net.network.end_points
    names = sorted(points, key=lambda name: points[name].op._id)
    for name, value in zip(names, session.run([points[name] for name in names], feeds), strict=True):
        if not _is_finite(value):
            return f"the layer {name} ({points[name].op.name})"
    loss = session.run(net.network.loss, feeds)
    return None if _is_finite(loss) else f"the loss itself ({net.network.loss.op.name}): logits too far apart"


def _is_finite(value: Any) -> bool:
    return bool(np.isfinite(value).all())
