"""What the names of a program stand for: `import tensorflow.contrib.slim as s` makes `s.conv2d` a
`tf.contrib.slim.conv2d`.

The program is followed as it is written: a name stands for what the nearest line above it in its block, or the end
of the block around it, made of it. Functions are read after the block that they stand in, for they run later.

What a call gives has a path too: `saver = tf.train.Saver()` makes `saver.save` a `tf.train.Saver().save`. `instances`
finds out what class that is.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from convflow.tools.audit.scopes import Attributes, Origin, Scope, is_instance, merged
from convflow.tools.audit.sources import Piece, Place

_TOPS = {"tensorflow": "tf", "tf_slim": "tf.contrib.slim"}
_V1 = "tf.compat.v1"
_CATCH_IMPORTS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException", "AttributeError"})

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
        is_given: whether the program itself sets this attribute of an object.
    """

    symbol: str
    place: Place
    call: Call | None = None
    choice: Choice | None = None
    is_given: bool = False


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
        self._scope = Scope()
        self._later: list[tuple[Scope, Callable[[], None]]] = []
        self._choice: Choice | None = None
        self._keeps: set[str] = set()
        self._numbers = itertools.count()
        # Attributes that the program itself gives to instances.
        self._given: set[str] = set()

    def read(self, piece: Piece) -> None:
        self._piece = piece
        for statement in piece.tree.body:
            self.visit(statement)
        while self._later:
            scope, work = self._later.pop(0)
            self._within(scope, work)

    def _within(self, scope: Scope, work: Callable[[], None]) -> None:
        kept = self._scope, self._choice, self._keeps
        self._scope, self._choice, self._keeps = scope, None, set()
        work()
        self._scope, self._choice, self._keeps = kept

    def _note(self, symbol: str, node: ast.stmt | ast.expr, call: Call | None = None) -> None:
        choice = self._choice if isinstance(node, (ast.Import, ast.ImportFrom)) else None
        self.uses.append(Use(canonical(symbol), self._piece.place(node), call, choice, symbol in self._given))

    def _bind(self, name: str, origin: Origin) -> None:
        if name not in self._keeps:
            self._scope.bind(name, origin)

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
            self._branches([node.body, *(handler.body for handler in node.handlers)])
            self._visit_all([*node.orelse, *node.finalbody])
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

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self._branches([node.body, node.orelse])

    def _branches(self, blocks: Sequence[Sequence[ast.AST]]) -> None:
        """Reads blocks of which any, or none, may run, one after the other."""
        states = [dict(self._scope.names)]
        for block in blocks:
            self._visit_all(block)
            states.append(dict(self._scope.names))
        for state in states[:-1]:
            self._scope.names = merged(state, self._scope.names)

    # Names

    def visit_Name(self, node: ast.Name) -> None:
        self._use(node, None)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._use(node, None)

    def _use(self, node: ast.expr, call: Call | None) -> None:
        origin = self._origin(node)
        if origin is None:
            self.generic_visit(node)
        elif is_instance(origin):
            self._use_of_instance(origin, node, call)
        elif "." in origin:
            self._note(origin, node, call)

    def _use_of_instance(self, origin: str, node: ast.expr, call: Call | None) -> None:
        # A name for it says nothing of its own: the line that gave it the name has been noted.
        is_member = isinstance(node, ast.Attribute) and self._attribute_of_self(node) is None
        if is_member or (call is not None and not origin.endswith("()")):
            self._note(origin, node, call)
        if is_member and isinstance(node, ast.Attribute):
            self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        if self._origin_of_getattr(node) is not None:
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
            own = self._attribute_of_self(node)
            if own is not None:
                return own.find(node.attr)
            owner = self._origin(node.value)
            return None if owner is None else canonical(f"{owner}.{node.attr}")
        if isinstance(node, ast.Call):
            return self._origin_of_getattr(node) or self._origin_of_result(node)
        return None

    def _attribute_of_self(self, node: ast.Attribute) -> Attributes | None:
        """What the attributes of a method's object stand for, if `node` is one of them."""
        return self._scope.attributes_of(node.value.id) if isinstance(node.value, ast.Name) else None

    def _origin_of_result(self, node: ast.Call) -> Origin:
        function = self._origin(node.func)
        return f"{function}()" if function is not None and function.startswith("tf.") else None

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
        elif isinstance(target, ast.Attribute):
            self._assign_attribute(target, value)
        else:
            self.visit(target)

    def _assign_attribute(self, target: ast.Attribute, value: ast.expr | None) -> None:
        own = self._attribute_of_self(target)
        if own is not None:
            own.bind(target.attr, None if value is None else self._origin(value))
            return
        owner = self._origin(target.value)
        if owner is not None and is_instance(owner):
            self._given.add(f"{owner}.{target.attr}")
        self.visit(target)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self._assign(node.target, None)
        self._branches([node.body, node.orelse])

    visit_AsyncFor = visit_For

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self._branches([node.body, node.orelse])

    def visit_withitem(self, node: ast.withitem) -> None:
        self.visit(node.context_expr)
        if node.optional_vars is not None:
            self._enter(node.optional_vars, self._origin(node.context_expr))

    def _enter(self, target: ast.expr, manager: Origin) -> None:
        origin = f"{manager}.__enter__()" if manager is not None and is_instance(manager) else None
        if isinstance(target, ast.Name):
            self._bind(target.id, origin)
        elif isinstance(target, ast.Attribute) and (own := self._attribute_of_self(target)) is not None:
            own.bind(target.attr, origin)
        else:
            self._assign(target, None)

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
        scope = self._function_scope(node.args, runs_later=True)
        if self._scope.attributes is not None and node.args.args:
            scope.owner = node.args.args[0].arg, self._scope.attributes
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

    def _function_scope(self, arguments: ast.arguments, runs_later: bool = False) -> Scope:
        scope = self._scope.inner(runs_later=runs_later)
        scope.names.update(dict.fromkeys(_argument_names(arguments)))
        return scope

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._visit_all([*node.decorator_list, *node.bases, *node.keywords])
        scope = self._scope.inner(attributes=Attributes(node))
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
