"""What a node can be: user function, shape rule, kernel and gradient of every op."""

from importlib import import_module
from pkgutil import walk_packages

from convflow.graph.opdef import look_further


def _import_all() -> None:
    for module in walk_packages(__path__, f"{__name__}."):
        # Machine code registers no ops, and its compiler is loaded at first use.
        if not module.name.startswith(f"{__name__}.compiled"):
            import_module(module.name)


look_further(_import_all)
