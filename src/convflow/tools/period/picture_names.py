"""What libraries of pictures, plots and tables have dropped. Source: their release notes."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from convflow.tools.period.record import PeriodName, elsewhere, moved

_PYPLOT = ("matplotlib.pyplot", "matplotlib.pylab", "pylab")


def hold(b: bool | None = None) -> None:
    """Whether plots add to what is drawn: they always do now, as they did by default.

    Raises:
        NotImplementedError: hold(False), which has no counterpart.
    """
    if b is not None and not b:
        raise NotImplementedError(
            "hold(False) is not here: matplotlib 3.0 dropped clearing before each plot. Call plt.cla() before it."
        )


def get_cmap(name: Any = None, lut: int | None = None) -> Any:
    """The colour map called `name`, with `lut` colours if given."""
    matplotlib = import_module("matplotlib")
    chosen = matplotlib.rcParams["image.cmap"] if name is None else name
    found = matplotlib.colormaps[chosen] if isinstance(chosen, str) else chosen
    return found if lut is None else found.resampled(lut)


def normpdf(x: Any, mu: Any, sigma: Any) -> Any:
    """The density of the normal distribution with mean `mu` and standard deviation `sigma`."""
    return np.exp(-0.5 * ((x - mu) / sigma) ** 2) / (np.sqrt(2 * np.pi) * sigma)


def textsize(self: Any, text: str, font: Any = None, *args: Any, **kwargs: Any) -> tuple[int, int]:
    """Width and height of a text, in pixels."""
    right, bottom = self.multiline_textbbox((0, 0), text, font, *args, **kwargs)[2:]
    return int(np.ceil(right)), int(np.ceil(bottom))


def getsize(self: Any, text: str, *args: Any, **kwargs: Any) -> tuple[int, int]:
    """Width and height of a text in this font, in pixels."""
    right, bottom = self.getbbox(text, *args, **kwargs)[2:]
    return int(np.ceil(right)), int(np.ceil(bottom))


def as_matrix(self: Any, columns: Any = None) -> np.ndarray:
    """The values of a table, of `columns` if given."""
    return (self if columns is None else self[columns]).to_numpy()


def append(self: Any, other: Any, ignore_index: bool = False, **kwargs: Any) -> Any:
    """A table with the rows of `other` below; a dict or a Series is one row."""
    pandas = import_module("pandas")
    if isinstance(other, (dict, pandas.Series)):
        other = pandas.Series(other).to_frame().T.infer_objects()
    others = other if isinstance(other, (list, tuple)) else [other]
    return pandas.concat([self, *others], ignore_index=ignore_index, **kwargs)


def append_series(self: Any, to_append: Any, ignore_index: bool = False, **kwargs: Any) -> Any:
    """A column with the values of another one, or of several, below."""
    others = to_append if isinstance(to_append, (list, tuple)) else [to_append]
    return import_module("pandas").concat([self, *others], ignore_index=ignore_index, **kwargs)


def iteritems(self: Any) -> Any:
    """Pairs of label and column, or of label and value."""
    return self.items()


def value(self: Any) -> Any:
    """The whole of a data set."""
    return self[()]


def _own(module: str, name: str, gone: str, meaning: str, value: Any) -> PeriodName:
    return PeriodName(module, name, gone, meaning, lambda: value)


NAMES: list[PeriodName] = [
    *moved(
        "PIL.Image",
        "Pillow 10",
        {
            "ANTIALIAS": "PIL.Image.LANCZOS",
            "CUBIC": "PIL.Image.BICUBIC",
            "LINEAR": "PIL.Image.BILINEAR",
        },
    ),
    _own("PIL.ImageDraw", "ImageDraw.textsize", "Pillow 10", "ImageDraw.textbbox", textsize),
    _own("PIL.ImageFont", "FreeTypeFont.getsize", "Pillow 10", "FreeTypeFont.getbbox", getsize),
    _own("PIL.ImageFont", "ImageFont.getsize", "Pillow 10", "ImageFont.getbbox", getsize),
    *moved("PIL", "Pillow 7", {"PILLOW_VERSION": "PIL.__version__"}),
    *(_own(module, "hold", "matplotlib 3.0", "nothing: plots always add", hold) for module in _PYPLOT),
    *(_own(module, "ishold", "matplotlib 3.0", "True", lambda: True) for module in _PYPLOT),
    _own("matplotlib.cm", "get_cmap", "matplotlib 3.9", "matplotlib.colormaps[name]", get_cmap),
    *moved("matplotlib.cm", "matplotlib 2.2", {"spectral": "matplotlib.cm.nipy_spectral"}),
    _own("matplotlib.mlab", "normpdf", "matplotlib 3.1", "scipy.stats.norm.pdf", normpdf),
    _own("pandas", "DataFrame.as_matrix", "pandas 1.0", "DataFrame.to_numpy", as_matrix),
    _own("pandas", "Series.as_matrix", "pandas 1.0", "Series.to_numpy", as_matrix),
    _own("pandas", "DataFrame.append", "pandas 2.0", "pandas.concat", append),
    _own("pandas", "Series.append", "pandas 2.0", "pandas.concat", append_series),
    _own("pandas", "DataFrame.iteritems", "pandas 2.0", "DataFrame.items", iteritems),
    _own("pandas", "Series.iteritems", "pandas 2.0", "Series.items", iteritems),
    PeriodName(
        "pandas",
        "scatter_matrix",
        "pandas 0.25",
        "pandas.plotting.scatter_matrix",
        elsewhere("pandas.plotting.scatter_matrix"),
    ),
    _own("h5py", "Dataset.value", "h5py 3.0", "dataset[()]", property(value)),
]
