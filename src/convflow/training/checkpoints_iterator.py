"""The checkpoints of a folder as they are written (API: tf.train.checkpoints_iterator)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from convflow.core import logging
from convflow.training.checkpoint_management import latest_checkpoint


def wait_for_new_checkpoint(
    checkpoint_dir: str,
    last_checkpoint: str | None = None,
    seconds_to_sleep: float = 1,
    timeout: float | None = None,
) -> str | None:
    """Wait until a folder's latest checkpoint is another than `last_checkpoint`.

    Args:
        seconds_to_sleep: between two looks.
        timeout: seconds after which None is returned; None waits for ever.

    Returns:
        The checkpoint's path (API: slim.evaluation.wait_for_new_checkpoint).
    """
    logging.info("Waiting for new checkpoint at %s", checkpoint_dir)
    end = None if timeout is None else time.monotonic() + timeout
    while True:
        path = latest_checkpoint(checkpoint_dir)
        if path is not None and path != last_checkpoint:
            logging.info("Found new checkpoint at %s", path)
            return path
        if end is not None and time.monotonic() + seconds_to_sleep > end:
            return None
        time.sleep(seconds_to_sleep)


def checkpoints_iterator(
    checkpoint_dir: str,
    min_interval_secs: float = 0,
    timeout: float | None = None,
    timeout_fn: Callable[[], bool] | None = None,
) -> Iterator[str]:
    """The checkpoints of a folder as they are written, each only if it is the latest
    (API: tf.train.checkpoints_iterator).

    Args:
        min_interval_secs: at least so long from one to the next.
        timeout: seconds to wait for a new one; None waits for ever.
        timeout_fn: called when the time is over: True ends the iteration, False waits again. Without it, the
            iteration ends.
    """
    path = None
    while True:
        newer = wait_for_new_checkpoint(checkpoint_dir, path, timeout=timeout)
        if newer is None:
            if timeout_fn is None:
                logging.info("Timed-out waiting for a checkpoint.")
                return
            if timeout_fn():
                return
            continue
        path = newer
        begun = time.monotonic()
        yield path
        left = begun + min_interval_secs - time.monotonic()
        if left > 0:
            time.sleep(left)
