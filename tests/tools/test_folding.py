from __future__ import annotations

import sys

import pytest

from convflow.core import dtypes
from convflow.tools import folding


@pytest.fixture(autouse=True)
def folding_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONVFLOW_FULL_TRACEBACK", raising=False)


def caught(call: object) -> BaseException:
    try:
        call()  # type: ignore[operator]
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def test_an_error_without_library_frames_is_shown_as_python_shows_it() -> None:
    text = folding.format_exception(caught(lambda: 1 / 0))
    assert text.startswith("Traceback (most recent call last):")
    assert text.endswith("ZeroDivisionError: division by zero\n")
    assert "folded" not in text


def test_members_of_a_group_are_folded_too() -> None:
    inner = caught(lambda: dtypes.as_dtype("nope"))

    def fail() -> None:
        raise ExceptionGroup("several", [inner, ValueError("plain")])

    text = folding.format_exception(caught(fail))
    assert "dtypes.py" not in text
    assert text.endswith("[2 frames inside convflow folded; CONVFLOW_FULL_TRACEBACK=1 shows all]\n")


def test_a_file_of_the_package_can_be_kept() -> None:
    text = folding.format_exception(caught(lambda: dtypes.as_dtype("nope")), keep=dtypes.__file__)
    assert "dtypes.py" in text
    assert "folded" not in text


def test_errors_that_refer_to_each_other_end() -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    assert "first" in folding.format_exception(first)


def test_the_hook_prints_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    error = caught(lambda: dtypes.as_dtype("nope"))
    folding.excepthook(type(error), error, error.__traceback__)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Cannot convert 'nope'" in captured.err
    assert sys.excepthook is not folding.excepthook
