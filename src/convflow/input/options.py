"""How a pipeline may be run (API: tf.data.Options)."""

from __future__ import annotations

from typing import Any

_FIELDS = (
    "experimental_deterministic",
    "experimental_distribute",
    "experimental_optimization",
    "experimental_slack",
    "experimental_stats",
    "experimental_threading",
)


class OptionGroup:
    """Settings of one kind, each None until it is set; kept, and without effect on the elements.

    API: tf.data.experimental.DistributeOptions, OptimizationOptions, ThreadingOptions.
    """

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(tuple(sorted(vars(self).items())))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return None


class DistributeOptions(OptionGroup):
    """How elements are shared out among workers (API: tf.data.experimental.DistributeOptions)."""


class OptimizationOptions(OptionGroup):
    """Which rewrites TensorFlow makes (API: tf.data.experimental.OptimizationOptions)."""


class ThreadingOptions(OptionGroup):
    """How many threads TensorFlow uses (API: tf.data.experimental.ThreadingOptions)."""


class Options:
    """Settings for `Dataset.with_options` (API: tf.data.Options).

    Elements come in order here whatever is set: a pipeline's threads keep it. The settings are kept and merged.

    Attributes:
        experimental_deterministic: whether the order matters.
        experimental_distribute: `tf.data.experimental.DistributeOptions`.
        experimental_optimization: `tf.data.experimental.OptimizationOptions`.
        experimental_threading: `tf.data.experimental.ThreadingOptions`.
        experimental_slack, experimental_stats: others.
    """

    def __init__(self) -> None:
        self.experimental_deterministic: bool | None = None
        self.experimental_distribute = DistributeOptions()
        self.experimental_optimization = OptimizationOptions()
        self.experimental_slack: bool | None = None
        self.experimental_stats: Any = None
        self.experimental_threading = ThreadingOptions()

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in _FIELDS:
            raise AttributeError(
                f"Cannot set the property {name} on {type(self).__name__}. Its properties are {', '.join(_FIELDS)}."
            )
        super().__setattr__(name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Options) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(tuple(vars(self)[name] for name in _FIELDS))

    def merge(self, options: Options) -> Options:
        """New options: those of `options` where they are set, else these.

        Raises:
            TypeError: `options` is no tf.data.Options.
        """
        if not isinstance(options, Options):
            raise TypeError(f"Expected tf.data.Options, got {options!r} of type {type(options).__name__}.")
        merged, unset = Options(), Options()
        for name in _FIELDS:
            theirs = getattr(options, name)
            setattr(merged, name, getattr(self, name) if theirs == getattr(unset, name) else theirs)
        return merged
