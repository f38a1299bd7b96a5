"""pickle for programs in Python 2: what Python 2 has pickled is read as it was written, text byte by byte."""

from __future__ import annotations

import pickle
from pickle import *  # noqa: F403
from typing import Any

# As many of its characters as there are bytes, so that nothing is lost.
_ENCODING = "latin1"


def load(  # type: ignore[no-redef]
    file: Any, *, fix_imports: bool = True, encoding: str = _ENCODING, errors: str = "strict"
) -> Any:
    """`pickle.load`; a file must be open for bytes, as in Python 3."""
    return pickle.load(file, fix_imports=fix_imports, encoding=encoding, errors=errors)


def loads(  # type: ignore[no-redef]
    data: Any, *, fix_imports: bool = True, encoding: str = _ENCODING, errors: str = "strict"
) -> Any:
    """`pickle.loads`."""
    return pickle.loads(data, fix_imports=fix_imports, encoding=encoding, errors=errors)
