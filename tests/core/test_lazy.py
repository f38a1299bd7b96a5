"""Modules loaded at their first use."""

import colorsys

import pytest

from convflow.core.lazy import LazyModule, lazy_submodules


def test_lazy_module_gives_the_modules_attributes() -> None:
    assert LazyModule("colorsys").rgb_to_hsv is colorsys.rgb_to_hsv


def test_lazy_module_lacks_what_the_module_lacks() -> None:
    with pytest.raises(AttributeError, match="module 'colorsys' has no attribute 'nothing'"):
        _ = LazyModule("colorsys").nothing


def test_lazy_submodules_are_found_and_listed() -> None:
    load, listed = lazy_submodules("xml", "sax", "dom")
    assert load("sax").__name__ == "xml.sax"
    assert {"sax", "dom", "__name__"} <= set(listed())


def test_other_names_are_refused() -> None:
    load, _ = lazy_submodules("xml", "sax")
    with pytest.raises(AttributeError, match="module 'xml' has no attribute 'nothing'"):
        load("nothing")
