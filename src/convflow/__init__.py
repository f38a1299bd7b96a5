"""TensorFlow 1 on today's Python: `import convflow as tf`.

The names are those of the api room. They are looked up at their first use, so that the command line can say
`--help` without waiting for PyTorch.
"""

from __future__ import annotations

import difflib
import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convflow.api import *  # noqa: F403

# PyTorch's threads wait for each other by spinning, by default for so long that a second program on the machine
# slows both down several times. This many turns last about as long as waking a thread takes. Read when PyTorch is
# loaded, hence here.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")


def __getattr__(name: str) -> Any:
    if name.startswith("__") and name != "__version__":
        raise AttributeError(name)
    api = import_module("convflow.api")
    try:
        value = getattr(api, name)
    except AttributeError:
        close = difflib.get_close_matches(name, __dir__(), n=3)
        hint = f" Close to it: {', '.join(close)}." if close else ""
        raise AttributeError(f"convflow does not have tf.{name} (yet).{hint}") from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [name for name in dir(import_module("convflow.api")) if not name.startswith("_")]
