"""`import tensorflow` gives convflow: the import hook behind `convflow run`.

`tensorflow` and `tensorflow.compat.v1` are the module `convflow` itself; `tensorflow.a.b` is the module
`convflow.api.a.b`, and `tf_slim` is `tensorflow.contrib.slim`. The same module object stands under all names, so no
class exists twice. While the hook is installed, an installed TensorFlow is never imported.

Programs written beside TensorFlow's research models import `nets`, `preprocessing` and `datasets` from there. Where
no module of that name is found otherwise, it is slim's. So is `keras`, which was a package of its own over TensorFlow:
where none is installed, it is `tensorflow.keras`.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

_ALIAS = "tensorflow"
_V1 = "tensorflow.compat.v1"
_SLIM = "tf_slim"
# Top-level packages of the research models, and where they are: what they have otherwise than TF-Slim comes first.
_RESEARCH = ("nets", "preprocessing", "datasets")
_RESEARCH_ROOMS = ("slim.research", "slim")
_KERAS = "keras"
_KERAS_MODULES = ("api.python.keras", "api.keras")
_LAST = (*_RESEARCH, _KERAS)
# TensorBoard's own switch for "there is no TensorFlow": its writers would otherwise pick up the alias.
_TENSORBOARD_SWITCH = "tensorboard.compat.notf"


class AliasFinder(MetaPathFinder):
    """Finds every module below `tensorflow` and `tf_slim` in convflow.

    Args:
        library: the package that `tensorflow` stands for.

    Attributes:
        set_aside: the modules that stood under TensorFlow's names before.
        research: the finder of the research models' packages, and of Keras.
    """

    def __init__(self, library: str = "convflow") -> None:
        self._library = library
        self.set_aside: dict[str, ModuleType] = {}
        self.research = ResearchFinder(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        top = fullname.partition(".")[0]
        if top not in (_ALIAS, _SLIM) and not (fullname != top and self._is_from_here(top)):
            return None
        module = self._module(fullname)
        if module is None:
            raise ModuleNotFoundError(self._missing_message(fullname), name=fullname)
        return self._spec(fullname, module)

    def _spec(self, fullname: str, module: ModuleType) -> ModuleSpec:
        # A package always: below a plain module Python does not ask finders, and TensorFlow has packages
        # where convflow's api may have a file (`import tensorflow.nn.rnn_cell`).
        return ModuleSpec(fullname, _AliasLoader(module, self._library), is_package=True)

    def _module(self, fullname: str) -> ModuleType | None:
        if fullname in (_ALIAS, _V1):
            return importlib.import_module(self._library)
        target = self._target(fullname)
        if _exists(target):
            return importlib.import_module(target)
        if fullname == _V1.rpartition(".")[0]:
            return _package(fullname)
        parent, _, name = fullname.rpartition(".")
        attribute = getattr(sys.modules.get(parent), name, None)
        # The rooms of the library (`convflow.core`) are not TensorFlow's modules of the same name.
        is_room = isinstance(attribute, ModuleType) and attribute.__name__ == f"{self._library}.{name}"
        return attribute if isinstance(attribute, ModuleType) and not is_room else None

    def _target(self, fullname: str) -> str:
        top, dot, below = fullname.partition(".")
        if top == _SLIM:
            return f"{self._library}.api.contrib.slim{dot}{below}"
        if top in _RESEARCH:
            places = [f"{self._library}.{room}.{fullname}" for room in _RESEARCH_ROOMS]
            return next(filter(_exists, places), places[-1])
        if top == _KERAS:
            places = [f"{self._library}.{module}{dot}{below}" for module in _KERAS_MODULES]
            return next(filter(_exists, places), places[-1])
        return f"{self._library}.api{fullname.removeprefix(_V1).removeprefix(_ALIAS)}"

    def _is_from_here(self, top: str) -> bool:
        """Whether a package that others may have too is loaded, and from here."""
        loaded = sys.modules.get(top)
        return top in _LAST and loaded is not None and loaded.__name__ == self._target(top)

    def _missing_message(self, fullname: str) -> str:
        known = self._known_names()
        wanted = self._target(fullname).removeprefix(f"{self._library}.api.")
        close = difflib.get_close_matches(wanted, known, n=3, cutoff=0.75)
        if not close:
            last = wanted.rpartition(".")[2]
            close = [name for name in known if name.rpartition(".")[2] == last][:3]
        names = ", ".join(f"{_ALIAS}.{name}" for name in close)
        hint = f" Close to it: {names}." if close else ""
        return f"{self._library} does not have {fullname} (yet).{hint}"

    def _known_names(self) -> list[str]:
        api = f"{self._library}.api"
        package = importlib.import_module(api)
        modules = pkgutil.walk_packages(package.__path__, api + ".", onerror=lambda name: None)
        return [module.name.removeprefix(api + ".") for module in modules]


class ResearchFinder(MetaPathFinder):
    """Finds the research models' packages in slim's room, and Keras. It is asked last: a program's own come first."""

    def __init__(self, aliases: AliasFinder) -> None:
        self._aliases = aliases

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in _LAST:
            return None
        module = self._aliases._module(fullname)
        if fullname == _KERAS and module is not None:
            print("convflow run: keras is not installed: tensorflow.keras stands for it.", file=sys.stderr)
        return None if module is None else self._aliases._spec(fullname, module)


class _AliasLoader(Loader):
    """Hands out a module that is already loaded."""

    def __init__(self, module: ModuleType, library: str) -> None:
        self._loaded = module
        self._library = library
        self._own_spec = module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._loaded

    def exec_module(self, module: ModuleType) -> None:
        # The import system has just written the alias's spec into the module. Its own one must stay, or
        # relative imports inside it warn and importlib.reload loads another module.
        module.__spec__ = self._own_spec
        if module.__name__ == self._library:
            # TensorFlow has `tf.compat.v1` without an import of its own.
            importlib.import_module(_V1)


def install(library: str = "convflow") -> AliasFinder:
    """Makes `import tensorflow` give `library` until `uninstall`.

    Modules of an installed TensorFlow that are loaded already are set aside until then.

    Returns:
        The finder, to be passed to `uninstall`.
    """
    finder = AliasFinder(library)
    finder.set_aside = _take_modules((_ALIAS, _SLIM))
    sys.meta_path.insert(0, finder)
    sys.meta_path.append(finder.research)
    sys.modules.setdefault(_TENSORBOARD_SWITCH, ModuleType(_TENSORBOARD_SWITCH))
    return finder


def uninstall(finder: AliasFinder) -> None:
    """Undoes `install`; what was imported under TensorFlow's names is no longer known under them."""
    sys.meta_path.remove(finder)
    sys.meta_path.remove(finder.research)
    sys.modules.pop(_TENSORBOARD_SWITCH, None)
    _take_modules((_ALIAS, _SLIM, *filter(finder._is_from_here, _LAST)))
    sys.modules.update(finder.set_aside)


@contextmanager
def installed(library: str = "convflow") -> Iterator[None]:
    """`install` and `uninstall` around a block."""
    finder = install(library)
    try:
        yield
    finally:
        uninstall(finder)


def _take_modules(tops: Sequence[str]) -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name.partition(".")[0] in tops]
    return {name: sys.modules.pop(name) for name in names}


def _exists(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError as error:
        # A parent of it does not exist, or is not a package. Anything else missing is a real fault.
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        return False


def _package(name: str) -> ModuleType:
    module = ModuleType(name)
    module.__path__ = []
    return module
