"""TensorFlow 1 on today's Python: `import convflow as tf`.

The names are those of the api room. They are looked up at their first use, so that the command line can say
`--help` without waiting for PyTorch.
"""

from __future__ import annotations

import difflib
import gc
import os
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convflow.api import *  # noqa: F403

# PyTorch's threads wait for each other by spinning, by default for so long that a second program on the machine
# slows both down several times. This many turns last about as long as waking a thread takes. Read when PyTorch is
# loaded, hence here.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")


def _api() -> ModuleType:
    # Loading PyTorch and convflow makes hundreds of thousands of objects and next to no garbage: the collector's
    # search for it would take a tenth of the time.
    collects = gc.isenabled()
    gc.disable()
    try:
        return import_module("convflow.api")
    finally:
        if collects:
            gc.enable()


def __getattr__(name: str) -> Any:
    if name.startswith("__") and name != "__version__":
        raise AttributeError(name)
    api = _api()
    try:
        value = getattr(api, name)
    except AttributeError as error:
        if type(error) is not AttributeError:
            # A name from before TensorFlow 1.0, which the error explains.
            raise
        close = difflib.get_close_matches(name, __dir__(), n=3)
        hint = f" Close to it: {', '.join(close)}." if close else ""
        raise AttributeError(f"convflow does not have tf.{name} (yet).{hint}") from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [name for name in dir(_api()) if not name.startswith("_")]
