"""Writing what an evaluation found, for the log and for TensorBoard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError
from tensorboard.compat.proto.summary_pb2 import Summary

from convflow.core import logging
from convflow.formats.tensor_proto import make_tensor_proto
from convflow.training.writer import FileWriterCache


def write(folder: str, values: Mapping[str, Any], global_step: int) -> None:
    """Log the values of an evaluation and write them as summaries."""
    shown = ", ".join(f"{key} = {value!s}" for key, value in sorted(values.items()) if not isinstance(value, bytes))
    logging.info("Saving dict for global step %d: %s", global_step, shown)
    summary = Summary()
    for key, value in values.items():
        if value is not None and key != "global_step":
            _add(summary, key, value)
    writer = FileWriterCache.get(folder)
    writer.add_summary(summary, global_step)
    writer.flush()


def _add(summary: Summary, key: str, value: Any) -> None:
    if isinstance(value, (float, int, np.floating, np.integer)):
        summary.value.add(tag=key, simple_value=float(value))
    elif isinstance(value, bytes):
        try:
            found = Summary.FromString(value)
        except DecodeError:
            logging.warning("Skipping summary for %s, cannot parse string to Summary.", key)
            return
        for index, item in enumerate(found.value):
            item.tag = f"{key}/{index}"
        summary.value.extend(found.value)
    elif isinstance(value, np.ndarray):
        summary.value.add(tag=key, node_name=key, tensor=make_tensor_proto(value))
        logging.info("Summary for np.ndarray is not visible in TensorBoard by default: %s.", key)
    else:
        logging.warning("Skipping summary for %s, must be a number, np.ndarray or a serialized string of Summary.", key)


def write_checkpoint_path(folder: str, path: str, global_step: int) -> None:
    """Write which checkpoint was evaluated."""
    logging.info("Saving 'checkpoint_path' summary for global step %d: %s", global_step, path)
    tensor = make_tensor_proto(np.array(path.encode(), dtype=object))
    writer = FileWriterCache.get(folder)
    writer.add_summary(Summary(value=[Summary.Value(tag="checkpoint_path", tensor=tensor)]), global_step)
    writer.flush()
