"""Names of nodes and tensors moved into a name scope or out of one, as protos write them.

A name may have "^" (a control input) or "loc:@" (a location) in front, which stays there.
"""

from __future__ import annotations

import re

_PREFIXES = ("^", "loc:@")


def prepend_name_scope(name: str, import_scope: str | None) -> str:
    """`name` inside `import_scope`; unchanged without one."""
    if not import_scope:
        return name
    prefix, bare = _split(name)
    return f"{prefix}{import_scope.rstrip('/')}/{bare}"


def strip_name_scope(name: str, export_scope: str | None) -> str:
    """`name` as it is called inside `export_scope`; unchanged where it lies outside."""
    if not export_scope:
        return name
    prefix, bare = _split(name)
    scope = export_scope.rstrip("/")
    return prefix + re.sub(rf"^{re.escape(scope)}/+", "", bare)


def _split(name: str) -> tuple[str, str]:
    for prefix in _PREFIXES:
        if name.startswith(prefix):
            return prefix, name[len(prefix) :]
    return "", name
