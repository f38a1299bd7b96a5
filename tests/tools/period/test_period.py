"""Dropped names: offered to the program, told once, hidden from libraries."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from convflow.tools.period import offer, table
from convflow.tools.period.hooks import PeriodFinder
from convflow.tools.period.record import PeriodName, replaced

LIBRARY = """\
class Thing:
    pass

def has(name):
    import library
    return hasattr(library, name), hasattr(Thing(), name)

kept = 1
"""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A library that has dropped names, and is installed."""
    (tmp_path / "library.py").write_text(LIBRARY)
    monkeypatch.syspath_prepend(tmp_path)
    folders = (*offer._library_folders(), f"{tmp_path}/")
    monkeypatch.setattr(offer, "_library_folders", lambda: folders)
    offer.is_library.cache_clear()
    yield tmp_path
    sys.modules.pop("library", None)
    offer.is_library.cache_clear()


@pytest.fixture
def told() -> list[str]:
    return []


Start = Callable[..., PeriodFinder]


@pytest.fixture
def start(told: list[str]) -> Iterator[Start]:
    finders: list[PeriodFinder] = []

    def install(*names: PeriodName) -> PeriodFinder:
        finders.append(PeriodFinder(offer.Offer(told.append), names or table.NAMES))
        finders[-1].install()
        return finders[-1]

    yield install
    for finder in finders:
        finder.uninstall()


def load(name: str) -> Any:
    return importlib.import_module(name)


def names() -> tuple[PeriodName, ...]:
    return (
        PeriodName("library", "old", "library 2", "new", lambda: "old value"),
        PeriodName("library", "kept", "library 9", "kept", lambda: "not asked"),
        PeriodName("library", "Thing.member", "library 2", "other", lambda: lambda self: "called"),
    )


def test_the_program_has_the_name_and_the_library_has_not(library: Path, start: Start, told: list[str]) -> None:
    start(*names())
    namespace: dict[str, Any] = {}
    exec("import library\nfrom library import old\nvalue = library.old, old, library.kept", namespace)
    assert namespace["value"] == ("old value", "old value", 1)
    module = namespace["library"]
    assert module.Thing().member() == "called"
    assert module.has("old") == (False, False)
    assert module.has("member") == (False, False)
    with pytest.raises(AttributeError, match="module 'library' has no attribute 'nothing'"):
        module.nothing  # noqa: B018
    assert told == [
        "convflow run: library.old, gone since library 2, is offered: new (--no-period-names turns such names off)",
        "convflow run: library.Thing.member, gone since library 2, is offered: other",
    ]


def test_nothing_stays_behind(library: Path, start: Start) -> None:
    module = load("library")
    finder = PeriodFinder(offer.Offer(lambda line: None), names())
    finder.install()
    assert module.old == "old value"
    finder.uninstall()
    assert not hasattr(module, "old")
    assert not hasattr(module.Thing, "member")
    assert "__getattr__" not in vars(module)


def test_a_module_that_is_gone_is_another_one(start: Start, told: list[str]) -> None:
    start(replaced("gone_json", "Python 9", "json"), PeriodName("gone_too", "f", "Python 9", "abs", lambda: abs))
    namespace: dict[str, Any] = {}
    exec("import gone_json\nfrom gone_too import f", namespace)
    assert namespace["gone_json"] is load("json")
    assert load("json").__spec__.name == "json"
    assert namespace["f"] is abs
    assert len(told) == 2


def test_modules_with_a_getattr_of_their_own_keep_it(start: Start) -> None:
    module = ModuleType("with_getattr")
    module.__getattr__ = {"late": 5}.__getitem__  # type: ignore[method-assign]
    sys.modules["with_getattr"] = module
    try:
        finder = start(PeriodName("with_getattr", "late", "x", "x", lambda: 1))
        assert module.late == 5
        assert finder is not None
    finally:
        del sys.modules["with_getattr"]


PROGRAM = """\
import numpy as np, collections, time, fractions, threading, inspect, base64, os
from collections import Mapping
import xml.etree.cElementTree as tree
assert issubclass(dict, Mapping) and collections.Iterable
assert np.int is int and np.float is float and np.object is object and np.str is str and np.complex is complex
assert np.zeros(2, np.bool).dtype == bool and np.unicode is str and np.zeros(1, np.long).dtype == np.int64
assert np.asscalar(np.array([3])) == 3 and np.product([2, 3]) == 6 and np.alltrue([1, 1]) and np.Inf > 0
assert np.in1d([[1], [2]], [1]).tolist() == [True, False] and np.float_ is np.float64
assert time.clock() > 0 and fractions.gcd(12, -18) == -6 and os.errno.EEXIST
assert inspect.getargspec(lambda a, b=1, *c, **d: 0) == (["a", "b"], "c", "d", (1,))
def annotated(x: int, y: str = "") -> int: return x
assert inspect.getargspec(annotated).args == ["x", "y"]
assert threading.Thread().isAlive() is False
assert base64.decodestring(base64.encodestring(b"x")) == b"x" and tree.Element
"""


def test_a_program_of_the_time(start: Start, told: list[str]) -> None:
    start()
    exec(PROGRAM, {})
    assert len(told) == len(set(told)) > 10
    assert not hasattr(np, "asscalar_")


@pytest.mark.filterwarnings("ignore:scipy.misc is deprecated:DeprecationWarning")
def test_libraries_of_pictures(start: Start, told: list[str], tmp_path: Path) -> None:
    pytest.importorskip("scipy")
    pytest.importorskip("matplotlib")
    start()
    source = (
        "import numpy as np, scipy.misc, PIL\n"
        "from scipy.misc import imread, imresize, logsumexp\n"
        "from PIL import Image, ImageDraw, ImageFont\n"
        "import matplotlib.pyplot as plt, matplotlib.cm as cm\n"
        "picture = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)\n"
        f"scipy.misc.imsave({str(tmp_path / 'a.png')!r}, picture)\n"
        f"assert (imread({str(tmp_path / 'a.png')!r}) == picture).all()\n"
        f"assert imread({str(tmp_path / 'a.png')!r}, flatten=True).dtype == np.float32\n"
        "assert imresize(picture, 50).shape == (2, 2, 3) and imresize(picture, (8, 2)).shape == (8, 2, 3)\n"
        "assert abs(scipy.misc.derivative(lambda x: x ** 3, 2.0, dx=1e-3) - 12) < 1e-4\n"
        "assert scipy.misc.factorial(4) == 24 and scipy.misc.comb(4, 2) == 6 and logsumexp([0]) == 0\n"
        "assert Image.ANTIALIAS == Image.LANCZOS and Image.LINEAR == Image.BILINEAR and Image.CUBIC == Image.BICUBIC\n"
        "assert ImageDraw.Draw(Image.new('L', (9, 9))).textsize('a') > (0, 0)\n"
        "assert plt.hold(True) is None and cm.get_cmap('gray', 4).N == 4 and cm.spectral\n"
    )
    exec(source, {})
    assert any("scipy.misc.imread, gone since SciPy 1.3" in line for line in told)


def test_scikit_learn(start: Start) -> None:
    pytest.importorskip("sklearn")
    start()
    source = (
        "from sklearn.cross_validation import train_test_split, KFold\n"
        "from sklearn.externals import joblib\n"
        "from sklearn.grid_search import GridSearchCV\n"
        "assert joblib.dump and GridSearchCV and len(train_test_split([1, 2, 3, 4])) == 2\n"
        "assert len(KFold(6, n_folds=2)) == 2 and [len(test) for train, test in KFold(6, n_folds=2)] == [3, 3]\n"
    )
    exec(source, {})


def test_hold_false_is_refused() -> None:
    value = next(name for name in table.NAMES if name.path == "matplotlib.pyplot.hold").make()
    with pytest.raises(NotImplementedError, match=r"hold\(False\) is not here"):
        value(False)


@pytest.mark.parametrize("name", table.NAMES, ids=lambda name: name.path)
def test_every_name_has_a_value_where_its_library_is_installed(name: PeriodName) -> None:
    try:
        assert name.make() is not None
    except ModuleNotFoundError as error:
        pytest.skip(str(error))


def test_found_by_path() -> None:
    assert table.find("numpy.int").name == "int"  # type: ignore[union-attr]
    assert table.find("numpy.int.real").name == "int"  # type: ignore[union-attr]
    assert table.find("numpy.int32") is None


def test_element_types_as_numpy_1_listed_them() -> None:
    path = {name: table.find(f"numpy.{name}").make() for name in ("sctypes", "find_common_type", "cast")}
    assert np.float32 in path["sctypes"]["float"] and np.int64 in path["sctypes"]["int"]
    assert path["find_common_type"]([np.float32], [np.int64, np.float64]) == np.float32
    assert path["find_common_type"]([np.int16], [np.float64]) == np.float64
    assert path["find_common_type"]([], []) is None
    assert path["cast"]["float32"]([1, 2]).dtype == np.float32
    kinds = {name: table.find(f"numpy.{name}").make() for name in ("obj2sctype", "issubsctype", "maximum_sctype")}
    assert kinds["obj2sctype"]("f4") is np.float32 and kinds["obj2sctype"](object(), 1) == 1
    assert kinds["issubsctype"](np.zeros(1), np.floating) and not kinds["issubsctype"]("i4", np.floating)
    assert kinds["maximum_sctype"](np.int8) is np.int64
    assert table.find("numpy.sctype2char").make()("f4") == "f"
    assert not table.find("numpy.issubclass_").make()(1, int)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("urllib.urlretrieve", "urllib.request.urlretrieve"),
        ("urllib.urlencode", "urllib.parse.urlencode"),
        ("itertools.izip", "builtins.zip"),
        ("os.getcwdu", "os.getcwd"),
        ("string.letters", "string.ascii_letters"),
        ("sys.maxint", "sys.maxsize"),
    ],
)
def test_names_of_python_2_in_programs_that_read_as_python_3(start: Start, told: list[str], old: str, new: str) -> None:
    start()
    found, wanted = (getattr(load(path.rpartition(".")[0]), path.rpartition(".")[2]) for path in (old, new))
    assert found is wanted
    assert told[0].startswith(f"convflow run: {old}, gone since Python 3.0, is offered: {new}")
