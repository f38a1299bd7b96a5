"""What the names of a program stand for: `import tensorflow.contrib.slim as s` makes `s.conv2d` a
`tf.contrib.slim.conv2d`.

The program is followed as it is written: a name stands for what the nearest line above it in its block, or the end
of the block around it, made of it. Functions are read after the block that they stand in, for they run later.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from convflow.tools.audit.sources import Piece, Place

_TOPS = {"tensorflow": "tf", "tf_slim": "tf.contrib.slim"}
_V1 = "tf.compat.v1"
_CATCH_IMPORTS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException", "AttributeError"})

# What a name stands for: a dotted path, or None for anything else.
Origin = str | None
Choice = tuple[int, int, int]


@dataclass(frozen=True)
class Call:
    """The arguments of a call.

    Args:
        positional: how many stand without a keyword.
        keywords: the keywords used.
        is_open: whether `*args` adds more positional ones.
    """

    positional: int
    keywords: tuple[str, ...]
    is_open: bool


@dataclass(frozen=True)
class Use:
    """One place where a program names a symbol.

    Args:
        symbol: its path: "tf.nn.relu", "numpy.int".
        place: file and line.
        call: the arguments, if it is called there.
        choice: for imports that a program tries, and for what it does instead: the number of the statement, of its
            branch, and how many branches go on rather than end in an error.
    """

    symbol: str
    place: Place
    call: Call | None = None
    choice: Choice | None = None


@dataclass
class _Scope:
    names: dict[str, Origin] = field(default_factory=dict)
    parent: _Scope | None = None
    is_class: bool = False

    def find(self, name: str) -> Origin:
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.names and (scope is self or not scope.is_class):
                return scope.names[name]
            scope = scope.parent
        return None

    def inner(self, is_class: bool = False) -> _Scope:
        return _Scope(parent=self, is_class=is_class)


def canonical(path: str) -> str:
    """TensorFlow's own path for what was imported: "tensorflow.compat.v1.nn" is "tf.nn"."""
    top, dot, below = path.partition(".")
    path = _TOPS.get(top, top) + dot + below
    while path == _V1 or path.startswith(_V1 + "."):
        path = "tf" + path.removeprefix(_V1)
    return path


def uses(pieces: Sequence[Piece], star: Callable[[str], Sequence[str]] = lambda module: ()) -> list[Use]:
    """Every use of a name that was imported, in the order of the program.

    Args:
        pieces: a program; a notebook's cells share their names.
        star: the names that `from module import *` brings.
    """
    reader = _Reader(star)
    for piece in pieces:
        reader.read(piece)
    return reader.uses


class _Reader(ast.NodeVisitor):
    def __init__(self, star: Callable[[str], Sequence[str]]) -> None:
        self.uses: list[Use] = []
        self._star = star
        self._scope = _Scope()
        self._later: list[tuple[_Scope, Callable[[], None]]] = []
        self._choice: Choice | None = None
        self._keeps: set[str] = set()
        self._numbers = itertools.count()

    def read(self, piece: Piece) -> None:
        self._piece = piece
        for statement in piece.tree.body:
            self.visit(statement)
        while self._later:
            scope, work = self._later.pop(0)
            self._within(scope, work)

    def _within(self, scope: _Scope, work: Callable[[], None]) -> None:
        kept = self._scope, self._choice, self._keeps
        self._scope, self._choice, self._keeps = scope, None, set()
        work()
        self._scope, self._choice, self._keeps = kept

    def _note(self, symbol: str, node: ast.stmt | ast.expr, call: Call | None = None) -> None:
        choice = self._choice if isinstance(node, (ast.Import, ast.ImportFrom)) else None
        self.uses.append(Use(canonical(symbol), self._piece.place(node), call, choice))

    def _bind(self, name: str, origin: Origin) -> None:
        if name not in self._keeps:
            self._scope.names[name] = origin

    # Imports

    def visit_Import(self, node: ast.Import) -> None:
        for name in node.names:
            path = canonical(name.name)
            if "." in name.name and path != "tf":
                self._note(path, node)
            if name.asname:
                self._bind(name.asname, path)
            else:
                top = name.name.partition(".")[0]
                self._bind(top, canonical(top))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = None if node.level or node.module is None else canonical(node.module)
        for name in node.names:
            if module is None:
                self._bind(name.asname or name.name, None)
            elif name.name == "*":
                self._note(module, node)
                for each in self._star(module):
                    self._bind(each, f"{module}.{each}")
            else:
                path = canonical(f"{module}.{name.name}")
                if path != "tf":
                    self._note(path, node)
                self._bind(name.asname or name.name, path)

    def visit_Try(self, node: ast.Try) -> None:
        if not any(_catches_imports(handler) for handler in node.handlers):
            self.generic_visit(node)
            return
        number = next(self._numbers)
        before = dict(self._scope.names)
        kept = self._choice, set(self._keeps)
        blocks = [node.body, *(handler.body for handler in node.handlers)]
        blocks.sort(key=lambda block: isinstance(block[-1], ast.Raise))
        going_on = sum(not isinstance(block[-1], ast.Raise) for block in blocks)
        for branch, block in enumerate(blocks):
            self._choice = number, branch, going_on
            self._visit_all(block)
            # What the first branch found stays: the others only run in its stead.
            self._keeps |= {name for name, origin in self._scope.names.items() if origin and before.get(name) != origin}
        self._choice, self._keeps = kept
        self._visit_all([*node.orelse, *node.finalbody])

    # Names

    def visit_Name(self, node: ast.Name) -> None:
        self._use(node, None)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._use(node, None)

    def _use(self, node: ast.expr, call: Call | None) -> None:
        origin = self._origin(node)
        if origin is None:
            self.generic_visit(node)
        elif "." in origin:
            self._note(origin, node, call)

    def visit_Call(self, node: ast.Call) -> None:
        if self._origin(node) is not None:
            self._use(node, None)
            return
        keywords = tuple(keyword.arg for keyword in node.keywords if keyword.arg is not None)
        is_open = any(isinstance(argument, ast.Starred) for argument in node.args)
        self._call(node.func, Call(len(node.args) - is_open, keywords, is_open))
        self._visit_all([*node.args, *node.keywords])

    def _call(self, function: ast.expr, call: Call) -> None:
        if isinstance(function, (ast.Name, ast.Attribute)):
            self._use(function, call)
        else:
            self.visit(function)

    def _origin(self, node: ast.expr) -> Origin:
        if isinstance(node, ast.Name):
            return self._scope.find(node.id)
        if isinstance(node, ast.Attribute):
            owner = self._origin(node.value)
            return None if owner is None else canonical(f"{owner}.{node.attr}")
        if isinstance(node, ast.Call):
            return self._origin_of_getattr(node)
        return None

    def _origin_of_getattr(self, node: ast.Call) -> Origin:
        """`getattr(tf.nn, "relu")` is `tf.nn.relu`; with a default it may be anything."""
        if not (isinstance(node.func, ast.Name) and node.func.id == "getattr" and len(node.args) == 2):
            return None
        owner, name = self._origin(node.args[0]), node.args[1]
        if owner is None or not (isinstance(name, ast.Constant) and isinstance(name.value, str)):
            return None
        return canonical(f"{owner}.{name.value}")

    # What binds names

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self._assign(target, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._visit_all([node.annotation, *([node.value] if node.value else [])])
        self._assign(node.target, node.value)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self._assign(node.target, node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        self._assign(node.target, None)

    def _assign(self, target: ast.expr, value: ast.expr | None) -> None:
        if isinstance(target, ast.Name):
            self._bind(target.id, None if value is None else self._origin(value))
        elif isinstance(target, (ast.Tuple, ast.List)):
            values: Sequence[ast.expr | None] = [None] * len(target.elts)
            if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
                values = value.elts
            for each, its in zip(target.elts, values, strict=True):
                self._assign(each, its)
        elif isinstance(target, ast.Starred):
            self._assign(target.value, None)
        else:
            self.visit(target)

    def visit_For(self, node: ast.For) -> None:
        self.visit(node.iter)
        self._assign(node.target, None)
        self._visit_all([*node.body, *node.orelse])

    def visit_withitem(self, node: ast.withitem) -> None:
        self.visit(node.context_expr)
        if node.optional_vars is not None:
            self._assign(node.optional_vars, None)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.visit(node.type)
        if node.name:
            self._bind(node.name, None)
        self._visit_all(node.body)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._visit_all([*node.decorator_list, *_outside(node.args)])
        if node.returns is not None:
            self.visit(node.returns)
        self._bind(node.name, None)
        scope = self._function_scope(node.args)
        for name in _declared_global(node.body):
            scope.names[name] = self._scope.find(name)
        self._later.append((scope, lambda: self._visit_all(node.body)))

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._visit_all(list(_outside(node.args)))
        scope = self._function_scope(node.args)
        # At once: a lambda is mostly called where it stands.
        kept, self._scope = self._scope, scope
        self.visit(node.body)
        self._scope = kept

    def _function_scope(self, arguments: ast.arguments) -> _Scope:
        scope = self._scope.inner()
        scope.names.update(dict.fromkeys(_argument_names(arguments)))
        return scope

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._visit_all([*node.decorator_list, *node.bases, *node.keywords])
        scope = self._scope.inner(is_class=True)
        kept, self._scope = self._scope, scope
        self._visit_all(node.body)
        self._scope = kept
        self._bind(node.name, None)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        kept, self._scope = self._scope, self._scope.inner()
        for part in node.generators:
            self.visit(part.iter)
            self._assign(part.target, None)
            self._visit_all(part.ifs)
        self._visit_all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
        self._scope = kept

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _comprehension

    def _visit_all(self, nodes: Sequence[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)


def _catches_imports(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    return any(isinstance(node, ast.Name) and node.id in _CATCH_IMPORTS for node in ast.walk(handler.type))


def _outside(arguments: ast.arguments) -> Iterator[ast.expr]:
    """What of a function's arguments is computed where it is defined."""
    yield from arguments.defaults
    yield from (default for default in arguments.kw_defaults if default is not None)
    yield from (argument.annotation for argument in _arguments(arguments) if argument.annotation is not None)


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    others = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *others]


def _argument_names(arguments: ast.arguments) -> list[str]:
    return [argument.arg for argument in _arguments(arguments)]


def _declared_global(body: Sequence[ast.stmt]) -> list[str]:
    statements = (node for statement in body for node in ast.walk(statement))
    return [name for node in statements if isinstance(node, (ast.Global, ast.Nonlocal)) for name in node.names]
