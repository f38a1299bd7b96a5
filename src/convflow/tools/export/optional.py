"""Packages that only exporting needs."""

from __future__ import annotations

import importlib
from typing import Any

from convflow.core import errors


def require(package: str) -> Any:
    """The package, or FailedPreconditionError with how to install it."""
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise errors.FailedPreconditionError(
            None,
            None,
            f"This export needs the package {package}, which cannot be imported ({error}). "
            "Install it with: pip install 'convflow[export]'",
        ) from None


def find(package: str) -> Any | None:
    """The package, None if it is not installed."""
    try:
        return importlib.import_module(package)
    except ImportError:
        return None
