"""Command-line flags as TensorFlow 1 has them: absl's, parsed at their first use (API: tf.app.flags, tf.flags)."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from absl import app as absl_app
from absl import flags as absl_flags

# Keywords of TensorFlow before it took absl's flags.
_OLD_KEYWORDS = {"flag_name": "name", "default_value": "default", "docstring": "help"}


class _Flags:
    """absl's FLAGS, which parse `sys.argv` when the first flag is asked for."""

    def __getattribute__(self, name: str) -> Any:
        flags = absl_flags.FLAGS
        if name == "__dict__":
            return flags.__dict__
        if name == "_parse_flags":
            return _parse_flags
        # Values need parsed arguments; the methods of the object, which come in lower case too, do not.
        if name in flags and not flags.is_parsed():
            flags(sys.argv, known_only=True)
        return getattr(flags, name)

    def __getattr__(self, name: str) -> Any:
        return getattr(absl_flags.FLAGS, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(absl_flags.FLAGS, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(absl_flags.FLAGS, name)

    def __getitem__(self, name: str) -> Any:
        return absl_flags.FLAGS[name]

    def __iter__(self) -> Any:
        return iter(absl_flags.FLAGS)

    def __contains__(self, name: str) -> bool:
        return name in absl_flags.FLAGS

    def __len__(self) -> int:
        return len(absl_flags.FLAGS)

    def __dir__(self) -> list[str]:
        return dir(absl_flags.FLAGS)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return absl_flags.FLAGS(*args, **kwargs)


def _parse_flags(args: list[str] | None = None) -> None:
    """What programs called to have the command line read at once, before TensorFlow 1.5 took absl's flags."""
    absl_flags.FLAGS(sys.argv if args is None else [sys.argv[0], *args], known_only=True)


FLAGS = _Flags()
"""The flags of the program: `FLAGS.name` is a flag's value."""


def _with_old_keywords(define: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(define)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return define(*args, **{_OLD_KEYWORDS.get(name, name): value for name, value in kwargs.items()})

    return wrapped


DEFINE_bool = DEFINE_boolean = _with_old_keywords(absl_flags.DEFINE_boolean)
DEFINE_float = _with_old_keywords(absl_flags.DEFINE_float)
DEFINE_integer = _with_old_keywords(absl_flags.DEFINE_integer)
DEFINE_string = _with_old_keywords(absl_flags.DEFINE_string)
DEFINE_enum = _with_old_keywords(absl_flags.DEFINE_enum)
DEFINE_list = _with_old_keywords(absl_flags.DEFINE_list)


def run(main: Callable[[list[str]], Any] | None = None, argv: list[str] | None = None) -> NoReturn:
    """Parse the flags, call `main(argv)` and exit with what it returns (API: tf.app.run).

    Args:
        main: takes the arguments that are no flags, the program's name first; `main` of the program if None.
        argv: the arguments; `sys.argv` if None. Flags that nobody defined are passed on to `main`.
    """
    function = main or sys.modules["__main__"].main
    absl_app.run(main=function, argv=argv, flags_parser=_parse_known)
    raise SystemExit  # absl's run does not return


def _parse_known(arguments: list[str]) -> list[str]:
    return absl_flags.FLAGS(arguments, known_only=True)
