"""Marks of deprecation, and helpers for decorators."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from convflow.core import decorators, deprecation


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(deprecation.logging, "warning", lambda form, *args: lines.append(form % args))
    monkeypatch.setattr(deprecation, "_told", set())
    return lines


def test_a_function(told: list[str]) -> None:
    @deprecation.deprecated("2020-01-01", "Call g.")
    def f(x: int) -> int:
        """Doc."""
        return x

    assert f(3) == f(4) - 1 == 3
    assert f.__doc__ == "Doc."
    assert len(told) == 1
    assert told[0].endswith("f is deprecated and goes after 2020-01-01. Call g.")
    assert __file__ in told[0]


def test_arguments(told: list[str]) -> None:
    @deprecation.deprecated_args(None, "Use y.", "x", ("z", False), warn_once=False)
    def f(y: Any = None, x: Any = None, z: bool = False) -> None:
        pass

    f(1)
    f(z=False)
    assert told == []
    f(x=1)
    f(1, 2)
    f(z=True)
    assert len(told) == 3
    with pytest.raises(ValueError, match=r"has no arguments \['q'\]"):
        deprecation.deprecated_args(None, "Use y.", "q")(f)
    with pytest.raises(ValueError, match="no instructions or no arguments"):
        deprecation.deprecated_args(None, "Use y.")


def test_values(told: list[str]) -> None:
    @deprecation.deprecated_arg_values(None, "It is ignored.", mode=1)
    def f(mode: int = 0) -> None:
        pass

    f(0)
    assert told == []
    f(1)
    assert "mode=1 is deprecated. It is ignored." in told[0]


def test_two_names_of_an_argument() -> None:
    assert deprecation.deprecated_argument_lookup("axis", 1, "dim", None) == 1
    assert deprecation.deprecated_argument_lookup("axis", None, "dim", 2) == 2
    with pytest.raises(ValueError, match="Cannot specify both 'dim' and 'axis'"):
        deprecation.deprecated_argument_lookup("axis", 1, "dim", 2)


def test_decorators() -> None:
    def target(a: int, b: int = 2) -> None:
        """Doc."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return target(*args, **kwargs)

    made = decorators.make_decorator(target, wrapper)
    assert (made.__name__, made.__doc__) == ("target", "Doc.")
    assert list(inspect.signature(made).parameters) == ["a", "b"]
    assert decorators.unwrap(made) == ([made], target)
    assert decorators.getargspec(made) == (["a", "b"], None, None, (2,))
    assert decorators.fn_args(made) == ("a", "b")
    assert decorators.getcallargs(made, 1) == {"a": 1, "b": 2}
    assert "test_decorators" in decorators.make_all(__name__)
