"""Programs in Python 2, compiled to do in Python 3 what they did."""

from __future__ import annotations

import ast
import sys
from collections.abc import MutableMapping
from types import CodeType
from typing import Any

from convflow.tools import beside, python2
from convflow.tools.period import members, scalars
from convflow.tools.period.offer import Offer
from convflow.tools.period.python2_names import BUILTINS, divide, divide_in_place

_PICKLE = "convflow.tools.period.python2_pickle"
_DIVIDE, _DIVIDE_IN_PLACE = "__python2_divide__", "__python2_divide_in_place__"
# `cmp`, `reduce` and `reload` are names that programs have of their own.
_NAMES = {"basestring", "execfile", "raw_input", "unichr", "unicode", "xrange"}
_OPERATORS = {_DIVIDE: divide, _DIVIDE_IN_PLACE: divide_in_place}


def compile_program(source: bytes | str, name: str, in_package: bool = False, by_names: bool = True) -> CodeType:
    """The code of a program, in whichever Python it is written.

    Args:
        name: the file, or another name to be shown in tracebacks.
        in_package: it is a module of a package.
        by_names: what uses names that only Python 2 has, and makes none of them itself, is Python 2 as well.

    Raises:
        SyntaxError: it is neither Python 3 nor, where there is a converter, Python 2.
    """
    try:
        code = _compiled(source, name)
        is_old = by_names and _NAMES & _names(code) and not _decides_itself(source)
        old = _compiled_python_2(source, name, in_package, by_names) if is_old else None
        return old or (_compiled_changed(source, name, in_package) if by_names else None) or code
    except SyntaxError as error:
        old = _compiled_python_2(source, name, in_package, by_names) if python2.looks_like_it(error) else None
        if old is None:
            raise
        return old


def _decides_itself(source: bytes | str) -> bool:
    """Whether a program that runs on both Pythons defines or imports a name, or asks which Python it is on."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in _NAMES:
            return True
        if isinstance(node, ast.alias) and (node.asname or node.name) in (*_NAMES, "*"):
            return True
        if isinstance(node, ast.Name) and node.id in ("NameError", "PY2", "PY3"):
            return True
        if isinstance(node, ast.Attribute) and node.attr in ("version_info", "PY2", "PY3"):
            return True
    return False


def _compiled(source: Any, name: str) -> CodeType:
    # dont_inherit: this file's own `from __future__` is not the program's.
    return compile(source, name, "exec", dont_inherit=True)


def _compiled_changed(source: bytes | str, name: str, in_package: bool) -> CodeType | None:
    """The code if the module imports what only stands beside it, or does what libraries have dropped; None if not."""
    tree = ast.parse(source)
    found = beside.with_dots(tree, name) if in_package else []
    if found:
        print(
            f"convflow run: {name} imports {', '.join(found)} from the folder it is in, as packages of Python 2 did: "
            "it is read with a dot (`from . import`).",
            file=sys.stderr,
        )
    return _compiled(tree, name) if _is_renewed(tree) or found else None


def _is_renewed(tree: ast.Module) -> bool:
    """Have a program do what libraries have dropped; whether there was anything."""
    held, singled = members.Held(), scalars.Singled()
    held.visit(tree)
    if scalars.ARE_REFUSED:
        singled.visit(tree)
    return held.is_changed or singled.is_changed


def _compiled_python_2(source: bytes | str, name: str, in_package: bool, by_names: bool) -> CodeType | None:
    text = python2.converted(source, name, in_package)
    if text is None:
        return None
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    tree = ast.fix_missing_locations(_Python2(tree).visit(tree))
    if by_names:
        _is_renewed(tree)
    print(
        f"convflow run: {name} is Python 2: it is read as 2to3 converts it, and whole numbers are divided as there "
        "(1/2 is 0).",
        file=sys.stderr,
    )
    return _compiled(tree, name)


class _Python2(ast.NodeTransformer):
    """Gives back what no change of words can: the division of whole numbers, and reading what Python 2 has pickled."""

    def __init__(self, tree: ast.Module) -> None:
        futures = (node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__")
        self._divides = not any(alias.name == "division" for node in futures for alias in node.names)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if not (self._divides and isinstance(node.op, ast.Div)):
            return node
        return ast.copy_location(_call(_DIVIDE, node.left, node.right), node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        self.generic_visit(node)
        # The target of others would be evaluated twice.
        if not (self._divides and isinstance(node.op, ast.Div) and isinstance(node.target, ast.Name)):
            return node
        value = _call(_DIVIDE_IN_PLACE, ast.Name(node.target.id, ast.Load()), node.value)
        return ast.copy_location(ast.Assign([node.target], value), node)

    def visit_Import(self, node: ast.Import) -> ast.stmt:
        for alias in node.names:
            if alias.name == "pickle":
                alias.name, alias.asname = _PICKLE, alias.asname or "pickle"
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        if node.module == "pickle" and not node.level:
            node.module = _PICKLE
        return node


def _call(function: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(function, ast.Load()), list(arguments), [])


def operators(offer: Offer | None) -> dict[str, Any]:
    """What the code of a converted program calls, by the name it calls it by."""
    if offer is None:
        return _OPERATORS
    return {**_OPERATORS, members.HOLDER: members.make_holder(offer), **scalars.make_helpers(offer)}


def prepare(code: CodeType, namespace: MutableMapping[str, Any], offer: Offer | None) -> None:
    """Put into a module's namespace what its code needs besides.

    Args:
        offer: gives the names that Python 3 has dropped to code that uses them; None leaves them out.
    """
    used = _names(code)
    namespace.update({name: value for name, value in operators(offer).items() if name in used})
    for name in BUILTINS if offer is not None else ():
        if name.name in used and name.name not in namespace and offer is not None:
            namespace[name.name] = offer.value(name)


def _names(code: CodeType) -> set[str]:
    """The names that code and the functions in it look up outside of functions."""
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*map(_names, inner))
