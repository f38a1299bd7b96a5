"""Dropped keywords: taken from the program, told once, refused to libraries as before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from convflow.tools.period.hooks import PeriodFinder
from convflow.tools.period.keywords import takes
from convflow.tools.period.offer import Offer


def test_the_program_reshapes_with_the_old_keyword() -> None:
    if takes(np.reshape, "newshape"):
        pytest.skip("this NumPy still has newshape")
    told: list[str] = []
    before = np.reshape
    finder = PeriodFinder(Offer(told.append))
    finder.install()
    try:
        old: dict[str, Any] = {"newshape": [3, 2]}
        assert np.reshape(np.arange(6), **old).shape == (3, 2)
        assert np.reshape(np.arange(6), **old).shape == (3, 2)
        assert np.reshape(np.arange(6), (2, 3)).shape == (2, 3)
    finally:
        finder.uninstall()
    assert np.reshape is before
    assert told == [
        "convflow run: numpy.reshape(newshape=), gone since NumPy 2.4, is offered: shape="
        " (--no-period-names turns such names off)"
    ]


def test_a_histogram_is_normed_as_a_density() -> None:
    told: list[str] = []
    finder = PeriodFinder(Offer(told.append))
    finder.install()
    try:
        old: dict[str, Any] = {"normed": True}
        heights, edges = np.histogram([1.0, 2.0, 2.0, 4.0], bins=3, **old)
    finally:
        finder.uninstall()
    np.testing.assert_allclose((heights * np.diff(edges)).sum(), 1.0)
    assert [line.split(",")[0] for line in told] == ["convflow run: numpy.histogram(normed=)"]


def test_code_that_is_installed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convflow.tools.period.keywords.is_program", lambda frame: False)
    finder = PeriodFinder(Offer(lambda line: None))
    finder.install()
    try:
        old: dict[str, Any] = {"normed": True}
        with pytest.raises(TypeError, match="normed"):
            np.histogram([1.0, 2.0], **old)
    finally:
        finder.uninstall()


def test_a_picture_is_turned_by_an_array_of_one_number() -> None:
    ndimage = pytest.importorskip("scipy.ndimage")
    told: list[str] = []
    finder = PeriodFinder(Offer(told.append))
    picture = np.arange(12.0).reshape(3, 4)
    plain = ndimage.rotate
    finder.install()
    try:
        for turned in (ndimage.rotate(picture, np.array([90])), ndimage.rotate(picture, angle=np.array([[90.0]]))):
            np.testing.assert_allclose(turned, plain(picture, 90))
    finally:
        finder.uninstall()
    assert ndimage.rotate is plain
    assert len(told) == 1
    assert "scipy.ndimage.rotate(angle=array of one element)" in told[0]
