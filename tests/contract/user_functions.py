"""Which public, documented functions make which ops, read from the source."""

from __future__ import annotations

import ast
from pathlib import Path

Functions = dict[str, set[str]]


def user_functions(package: Path) -> Functions:
    """For each text in the source the documented public functions and classes that mention it, or call on some
    private function of their module that does."""
    found: Functions = {}
    for path in sorted(package.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        mentions = {name: _mentioned(node) for name, node in _definitions(tree)}
        for name, node in _definitions(tree):
            if not name.startswith("_") and _is_documented(node):
                for text in _reached(name, mentions):
                    found.setdefault(text, set()).add(name)
    return found


def _definitions(tree: ast.Module) -> list[tuple[str, ast.stmt]]:
    named: list[tuple[str, ast.stmt]] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            named.append((node.name, node))
        elif isinstance(node, ast.Assign):
            named += [(target.id, node) for target in node.targets if isinstance(target, ast.Name)]
    return named


def _is_documented(node: ast.stmt) -> bool:
    # `reduce_sum = _reduction("Sum", "The sum")`: what makes the function writes its docstring.
    if isinstance(node, ast.Assign):
        return isinstance(node.value, ast.Call)
    return isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None


def _mentioned(node: ast.stmt) -> tuple[set[str], set[str]]:
    texts = {c.value for c in ast.walk(node) if isinstance(c, ast.Constant) and isinstance(c.value, str)}
    return texts, {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _reached(start: str, mentions: dict[str, tuple[set[str], set[str]]]) -> set[str]:
    texts: set[str] = set()
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in mentions:
            continue
        seen.add(name)
        texts |= mentions[name][0]
        waiting.extend(other for other in mentions[name][1] if other.startswith("_"))
    return texts
