"""Imports of modules that stand beside the importing one, as packages of Python 2 had them without a dot."""

from __future__ import annotations

import ast
import importlib.util
import os
import sys
from pathlib import Path


def with_dots(tree: ast.Module, path: str) -> list[str]:
    """Gives the imports of a package's module that nothing but the files beside it can answer their dot.

    Python 3 looks for `import name` in `sys.path` alone. What is found there, or by any other finder, stays.

    Args:
        tree: the module, changed in place.
        path: its file.

    Returns:
        The names that were found beside it, in the order of the program; none, and nothing is changed.
    """
    visitor = _Dots(os.path.dirname(path))
    visitor.visit(tree)
    ast.fix_missing_locations(tree)
    return list(visitor.found)


class _Dots(ast.NodeTransformer):
    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        # Names as keys: each once, in order.
        self.found: dict[str, None] = {}

    def visit_Import(self, node: ast.Import) -> ast.AST | list[ast.AST]:
        if not any(self._is_beside(alias.name) for alias in node.names):
            return node
        new: list[ast.stmt] = []
        for alias in node.names:
            new += self._import(alias) if self._is_beside(alias.name) else [ast.Import([alias])]
        return [ast.copy_location(each, node) for each in new]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom:
        if not node.level and node.module and self._is_beside(node.module):
            node.level = 1
        return node

    def _import(self, alias: ast.alias) -> list[ast.stmt]:
        top, _, _ = alias.name.partition(".")
        parent, _, last = alias.name.rpartition(".")
        if not parent or alias.asname:
            return [ast.ImportFrom(parent or None, [ast.alias(last, alias.asname)], 1)]
        # `import a.b` loads both and binds the first.
        loaded = ast.ImportFrom(parent, [ast.alias(last, "_" + alias.name.replace(".", "_"))], 1)
        return [loaded, ast.ImportFrom(None, [ast.alias(top)], 1)]

    def _is_beside(self, name: str) -> bool:
        top = name.partition(".")[0]
        if top in self.found:
            return True
        is_there = (self._folder / f"{top}.py").is_file() or (self._folder / top / "__init__.py").is_file()
        if not is_there or top in sys.modules or importlib.util.find_spec(top) is not None:
            return False
        self.found[top] = None
        return True
