"""Modules of the program that runs, which it imports: compiled as the program itself is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

from convflow.tools import python2_code
from convflow.tools.period.offer import Offer, is_library


class ProgramFinder(MetaPathFinder):
    """Finds what Python's own finder of files finds, and has modules of the program loaded by `ProgramLoader`.

    Args:
        offer: gives names that Python has dropped; None leaves them out.
    """

    def __init__(self, offer: Offer | None) -> None:
        self._offer = offer

    def install(self) -> None:
        """Stand before Python's own finder of files."""
        own = sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else len(sys.meta_path)
        sys.meta_path.insert(own, self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader and not is_library(spec.loader.path):
            spec.loader = ProgramLoader(fullname, spec.loader.path, self._offer)
        return spec


class ProgramLoader(SourceFileLoader):
    """Loads a module that may be Python 2's, with the names of its years."""

    def __init__(self, fullname: str, path: str, offer: Offer | None) -> None:
        super().__init__(fullname, path)
        self._offer = offer

    def get_code(self, fullname: str) -> CodeType | None:
        # Not kept as bytecode beside the file: what is converted is nothing for other Pythons to read.
        path = self.get_filename(fullname)
        in_package = self.is_package(fullname) or "." in fullname
        return python2_code.compile_program(self.get_data(path), path, in_package, self._offer is not None)

    def exec_module(self, module: ModuleType) -> None:
        code = self.get_code(module.__name__)
        if code is None:
            raise ImportError(f"{module.__name__} has no code to run.", name=module.__name__)
        python2_code.prepare(code, module.__dict__, self._offer)
        exec(code, module.__dict__)
