"""Pillow, loaded with the first picture file that a program reads or writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convflow.core.lazy import LazyModule

if TYPE_CHECKING:
    from PIL import Image, ImageSequence
else:
    Image = LazyModule("PIL.Image")
    ImageSequence = LazyModule("PIL.ImageSequence")

__all__ = ["Image", "ImageSequence"]
