from __future__ import annotations

import logging as python_logging
from collections.abc import Iterator

import pytest

from convflow.core import logging


@pytest.fixture(autouse=True)
def restored_level() -> Iterator[None]:
    logger = logging.get_logger()
    level = logger.level
    yield
    logger.setLevel(level)


def test_levels_are_pythons() -> None:
    levels = logging.DEBUG, logging.INFO, logging.WARN, logging.ERROR, logging.FATAL
    assert levels == (10, 20, 30, 40, 50)


def test_verbosity_decides_what_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    logging.set_verbosity(logging.WARN)
    logging.info("hidden")
    logging.warn("shown %s", 1)
    logging.set_verbosity(logging.INFO)
    logging.info("shown %s", 2)
    assert logging.get_verbosity() == logging.INFO
    assert [(r.name, r.levelname, r.getMessage()) for r in caplog.records] == [
        ("tensorflow", "WARNING", "shown 1"),
        ("tensorflow", "INFO", "shown 2"),
    ]


def test_every_function_has_its_level(caplog: pytest.LogCaptureFixture) -> None:
    logging.set_verbosity(logging.DEBUG)
    for function in (logging.debug, logging.info, logging.warning, logging.error, logging.fatal):
        function("x")
    assert [record.levelno for record in caplog.records] == [10, 20, 30, 40, 50]


def test_messages_of_a_loop_are_thinned(caplog: pytest.LogCaptureFixture) -> None:
    for step in range(5):
        logging.log_every_n(logging.WARN, "every second, at %s", 2, step)
        logging.log_first_n(logging.WARN, "the first two, at %s", 2, step)
        logging.log_if(logging.WARN, "only the last, at %s", step == 4, step)
    assert caplog.messages == [
        "every second, at 0",
        "the first two, at 0",
        "the first two, at 1",
        "every second, at 2",
        "every second, at 4",
        "only the last, at 4",
    ]


def test_the_stream_is_the_present_one(capsys: pytest.CaptureFixture[str]) -> None:
    handler = logging._CurrentStream("stderr")
    handler.setFormatter(python_logging.Formatter(logging._FORMAT))
    handler.handle(python_logging.LogRecord("tensorflow", 30, "", 0, "said %s", ("once",), None))
    assert capsys.readouterr().err == "WARNING:tensorflow:said once\n"
