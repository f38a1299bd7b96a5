"""A small library that stands in for convflow, so that these tests need none of its rooms."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_FILES = {
    "__init__.py": "from types import ModuleType\n"
    "from standin.api import nn\n"
    "from standin import core\n"
    "__version__ = '1.15'\n"
    "flags = ModuleType('standin_flags')\n"
    "number = 3\n",
    "core/__init__.py": "ROOM = True\n",
    "api/__init__.py": "",
    "api/nn.py": "from types import ModuleType\nrnn_cell = ModuleType('cells')\nname = 'nn'\n",
    "api/contrib/__init__.py": "",
    "api/contrib/slim/__init__.py": "def late():\n    from . import nets\n    return nets\n",
    "api/contrib/slim/nets.py": "class Net:\n    pass\n",
    "api/examples/__init__.py": "",
    "api/examples/tutorials/__init__.py": "",
    "api/examples/tutorials/mnist/__init__.py": "",
    "api/examples/tutorials/mnist/input_data.py": "def read_data_sets(): return 'data'\n",
    "api/python/__init__.py": "",
    "api/python/ops/__init__.py": "",
    "api/python/ops/array_ops.py": "",
    "slim/__init__.py": "",
    "slim/nets/__init__.py": "",
    "slim/nets/vgg.py": "",
    "slim/datasets/__init__.py": "",
    "slim/datasets/dataset_utils.py": "",
    "api/broken.py": "import a_package_that_is_not_there\n",
}


@pytest.fixture
def standin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of an importable library with an api room."""
    folder = tmp_path / "library"
    for name, source in _FILES.items():
        path = folder / "standin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    # At the end: a run replaces the first entry.
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
    importlib.invalidate_caches()
    yield "standin"
    for name in [name for name in sys.modules if name.partition(".")[0] == "standin"]:
        del sys.modules[name]
