"""Messages to the user through Python's logging, under the name "tensorflow" (API: tf.logging).

As in TensorFlow 1, INFO messages show in interactive interpreters and notebooks, on standard output; scripts
show WARN and above, on standard error. `set_verbosity` changes that, and a root logger that the program has
configured takes over.
"""

from __future__ import annotations

import functools
import logging
import sys
from typing import Any, TextIO

DEBUG = logging.DEBUG
INFO = logging.INFO
WARN = logging.WARNING
ERROR = logging.ERROR
FATAL = logging.CRITICAL

_FORMAT = "%(levelname)s:%(name)s:%(message)s"
_counts: dict[str, int] = {}


class _CurrentStream(logging.StreamHandler[TextIO]):
    """Writes to what `sys.stdout` or `sys.stderr` is at that moment, for both are replaced by test runners."""

    def __init__(self, name: str) -> None:
        logging.Handler.__init__(self)
        self._name_in_sys = name

    @property
    def stream(self) -> Any:
        return getattr(sys, self._name_in_sys)

    @stream.setter
    def stream(self, value: Any) -> None:
        raise AttributeError("the stream follows sys")


@functools.cache
def get_logger() -> logging.Logger:
    """The logger that all messages go through (API: tf.get_logger)."""
    logger = logging.getLogger("tensorflow")
    if not logging.getLogger().handlers:
        interactive = hasattr(sys, "ps1") or bool(sys.flags.interactive)
        if interactive:
            logger.setLevel(INFO)
        handler = _CurrentStream("stdout" if interactive else "stderr")
        handler.setFormatter(logging.Formatter(_FORMAT))
        logger.addHandler(handler)
    return logger


def log(level: int, msg: Any, *args: Any, **kwargs: Any) -> None:
    """Logs at a level (API: tf.logging.log).

    Args:
        level: one of the module's constants, such as `INFO`.
        msg: the text, with %-places.
        args: what is put there.
        kwargs: those of Python's `Logger.log`.
    """
    get_logger().log(level, msg, *args, **kwargs)


def debug(msg: Any, *args: Any, **kwargs: Any) -> None:
    """Logs for those who look for a fault (API: tf.logging.debug).

    Args:
        msg: the text, with %-places.
        args: what is put there.
        kwargs: those of Python's `Logger.log`.
    """
    get_logger().debug(msg, *args, **kwargs)


def info(msg: Any, *args: Any, **kwargs: Any) -> None:
    """Logs how things go (API: tf.logging.info).

    Args:
        msg: the text, with %-places.
        args: what is put there.
        kwargs: those of Python's `Logger.log`.
    """
    get_logger().info(msg, *args, **kwargs)


def warn(msg: Any, *args: Any, **kwargs: Any) -> None:
    """Logs what may be wrong (API: tf.logging.warn).

    Args:
        msg: the text, with %-places.
        args: what is put there.
        kwargs: those of Python's `Logger.log`.
    """
    get_logger().warning(msg, *args, **kwargs)


warning = warn


def error(msg: Any, *args: Any, **kwargs: Any) -> None:
    """Logs what is wrong (API: tf.logging.error).

    Args:
        msg: the text, with %-places.
        args: what is put there.
        kwargs: those of Python's `Logger.log`.
    """
    get_logger().error(msg, *args, **kwargs)


def TaskLevelStatusMessage(msg: Any) -> None:
    """Logs what a task of a cluster has to say, as an error (API: tf.logging.TaskLevelStatusMessage).

    Args:
        msg: the text.
    """
    error(msg)


def fatal(msg: Any, *args: Any, **kwargs: Any) -> None:
    """Logs at the highest level (API: tf.logging.fatal); the program goes on.

    Args:
        msg: the text, with %-places.
        args: what is put there.
        kwargs: those of Python's `Logger.log`.
    """
    get_logger().critical(msg, *args, **kwargs)


def vlog(level: int, msg: Any, *args: Any, **kwargs: Any) -> None:
    """Logs at a level (API: tf.logging.vlog).

    Args:
        level: one of the module's constants, such as `INFO`.
        msg: the text, with %-places.
        args: what is put there.
        kwargs: those of Python's `Logger.log`.
    """
    get_logger().log(level, msg, *args, **kwargs)


def log_if(level: int, msg: Any, condition: Any, *args: Any) -> None:
    """Logs at a level (API: tf.logging.log_if).

    Args:
        level: one of the module's constants, such as `INFO`.
        msg: the text, with %-places.
        args: what is put there.
        condition: nothing is logged where it does not hold.
    """
    if condition:
        vlog(level, msg, *args)


def log_every_n(level: int, msg: Any, n: int, *args: Any) -> None:
    """Logs the first and then every n-th call with this message (API: tf.logging.log_every_n).

    Args:
        level: one of the module's constants, such as `INFO`.
        msg: the text, with %-places; calls are counted by it.
        n: log one call of so many.
        args: what is put there.
    """
    log_if(level, msg, _next_count(msg) % n == 0, *args)


def log_first_n(level: int, msg: Any, n: int, *args: Any) -> None:
    """Logs the first n calls with this message (API: tf.logging.log_first_n).

    Args:
        level: one of the module's constants, such as `INFO`.
        msg: the text, with %-places; calls are counted by it.
        n: how many calls are logged.
        args: what is put there.
    """
    log_if(level, msg, _next_count(msg) < n, *args)


def _next_count(msg: Any) -> int:
    # One program line logs one message, so the text is the line's name.
    count = _counts.get(str(msg), 0)
    _counts[str(msg)] = count + 1
    return count


def flush() -> None:
    """Writes out what handlers still hold (API: tf.logging.flush)."""
    for handler in get_logger().handlers:
        handler.flush()


def get_verbosity() -> int:
    """The lowest level that is logged."""
    return get_logger().getEffectiveLevel()


def set_verbosity(v: int) -> None:
    """Log only messages of level `v` and above (API: tf.logging.set_verbosity).

    Args:
        v: one of the module's constants, such as `INFO`, or such a number.
    """
    get_logger().setLevel(v)
