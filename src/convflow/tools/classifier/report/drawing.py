"""Figures as text inside the page: matplotlib's as SVG in the page's colours, arrays of pixels as data URIs."""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Drawn in these and written as the page's variables, so that they follow its light or dark scheme.
INK, QUIET, GRID = "#1f2431", "#7a8191", "#dfe3eb"
_VARIABLES = {INK: "var(--ink)", QUIET: "var(--quiet)", GRID: "var(--line)"}

# What stands where nothing can be said.
NOTHING = "\N{EN DASH}"

# Readable on white and on dark grey alike.
BLUE, ORANGE = "#3f83d6", "#e2772b"
PALETTE = (BLUE, ORANGE, "#2fa06a", "#c94f7c", "#8b6fd1", "#b08a1e", "#2aa5b8", "#9a6b4f", "#d65353", "#6f8f2c")

_DEFINED = re.compile(r'\bid="([^"]+)"')
_USED = re.compile(r'(url\(#|href="#)([^")]+)')


def figure(width: float, height: float) -> Figure:
    """A figure of so many inches that shows the page behind it."""
    # Here, so that a run says what is missing before this import fails (see `write.check_available`).
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), facecolor="none", layout="constrained")


def axes(parent: Any, position: Any = 111, title: str = "") -> Any:
    """Axes in the report's style: a quiet frame, a light grid."""
    made = parent.add_subplot(position)
    made.set_title(title, loc="left", color=INK, fontsize=11, fontweight="bold")
    for side in ("top", "right"):
        made.spines[side].set_visible(False)
    dress(made)
    return made


def dress(made: Any) -> None:
    """Gives axes the report's colours."""
    made.set_facecolor("none")
    made.tick_params(colors=QUIET, labelcolor=QUIET, labelsize=8.5)
    made.xaxis.label.set_color(QUIET)
    made.yaxis.label.set_color(QUIET)
    for spine in made.spines.values():
        spine.set_color(GRID)
    made.grid(color=GRID, linewidth=0.6)
    made.set_axisbelow(True)


def legend(drawn: Any, **options: Any) -> None:
    drawn.legend(fontsize=8.5, frameon=False, labelcolor=INK, **options)


@contextmanager
def _text_as_text(name: str) -> Iterator[None]:
    from matplotlib import rc_context

    # The salt makes the names of two figures' parts differ, and those of the same figure agree from run to run.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        yield


def svg(drawn: Figure, name: str, label: str) -> str:
    """The figure as an `svg` element.

    Args:
        drawn: what to write.
        name: no other figure of the page has it.
        label: what is on it, for who cannot see it.
    """
    buffer = io.StringIO()
    with _text_as_text(name):
        drawn.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, variable)
    text = _DEFINED.sub(rf'id="{name}-\1"', text)
    text = _USED.sub(rf"\1{name}-\2", text)
    return text.replace("<svg", f'<svg role="img" id="{name}" aria-label="{html.escape(label, quote=True)}"', 1)


def data_uri(pixels: np.ndarray) -> str:
    """Pixels uint8 [height, width], [height, width, 1], 3 or 4 (with alpha) as an address that holds them."""
    buffer = io.BytesIO()
    image = Image.fromarray(pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels)
    # What JPEG saves on a photograph shows on a small drawing.
    is_photograph = image.mode == "RGB" and min(image.size) >= _PHOTOGRAPH
    kind = "jpeg" if is_photograph else "png"
    image.save(buffer, kind, **({"quality": 88} if is_photograph else {"optimize": True}))
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"


_PHOTOGRAPH = 96


def picture(pixels: np.ndarray, alternative: str, css_class: str = "", width: int | None = None) -> str:
    """An `img` element of pixels as `data_uri` takes them, `width` CSS pixels wide."""
    options = f' class="{css_class}"' if css_class else ""
    if width is not None:
        options += f' width="{width}"'
    return f'<img src="{data_uri(pixels)}" alt="{html.escape(alternative, quote=True)}"{options}>'


def shrunk(pixels: np.ndarray, largest: int) -> np.ndarray:
    """A picture whose sides are at most `largest`, in its proportions."""
    height, width = pixels.shape[:2]
    if max(height, width) <= largest:
        return pixels
    scale = largest / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    plain = pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels
    return np.asarray(Image.fromarray(plain).resize(size, Image.Resampling.LANCZOS))


def percent(fraction: float | None, digits: int = 1) -> str:
    """Per cent that never claims certainty: 0.9998 must not read 100 %."""
    if fraction is None:
        return NOTHING
    shown = f"{fraction:.{digits}%}"
    if fraction < 1 and shown == f"{1:.{digits}%}":
        return f">{1 - 10 ** -(digits + 2):.{digits}%}"
    if fraction > 0 and shown == f"{0:.{digits}%}":
        return f"<{10 ** -(digits + 2):.{digits}%}"
    return shown
