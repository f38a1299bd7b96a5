"""Values in nested lists, tuples, named tuples and dicts (API: tf.nest). The items of a dict come sorted by key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


def is_nested(seq: Any) -> bool:
    """Whether `seq` is a structure rather than a leaf (API: tf.nest.is_nested); strings and arrays are leaves.

    Args:
        seq: any object.

    Returns:
        True for lists, tuples and mappings.
    """
    return isinstance(seq, (list, tuple, Mapping))


def flatten(structure: Any, expand_composites: bool = False) -> list[Any]:
    """The leaves, in order; a leaf is a list of itself (API: tf.nest.flatten).

    Args:
        expand_composites: accepted; sparse tensors count as leaves.
    """
    if not is_nested(structure):
        return [structure]
    return [leaf for part in _parts(structure) for leaf in flatten(part)]


def pack_sequence_as(structure: Any, flat_sequence: Any, expand_composites: bool = False) -> Any:
    """The items of `flat_sequence` in the form of `structure` (API: tf.nest.pack_sequence_as).

    Args:
        structure: nested lists, tuples, named tuples and dicts, or a single value; what its leaves are does not matter.
        flat_sequence: the new leaves, in the order of `flatten`.
        expand_composites: accepted; sparse tensors count as leaves.

    Returns:
        A structure of the same classes.

    Raises:
        ValueError: there are more or fewer items than leaves.
    """
    flat = list(flat_sequence)
    count = len(flatten(structure))
    if count != len(flat):
        raise ValueError(f"The structure {structure!r} has {count} leaves, got {len(flat)} items for them.")
    return _packed(structure, iter(flat))


def map_structure(func: Callable[..., Any], *structure: Any, **kwargs: Any) -> Any:
    """`func` of the leaves that stand in the same places, in the form of the first structure.

    Args:
        kwargs: `check_types` and `expand_composites`, as for `assert_same_structure`.
    """
    for other in structure[1:]:
        assert_same_structure(structure[0], other, **kwargs)
    leaves = zip(*(flatten(item) for item in structure), strict=True)
    return pack_sequence_as(structure[0], [func(*items) for items in leaves])


def assert_same_structure(nest1: Any, nest2: Any, check_types: bool = True, expand_composites: bool = False) -> None:
    """Refuse two structures of different forms, whatever their leaves (API: tf.nest.assert_same_structure).

    Args:
        nest1, nest2: nested lists, tuples, named tuples and dicts, or single values.
        check_types: whether lists, tuples and so on must be of the same class, too.
        expand_composites: accepted; sparse tensors count as leaves.

    Raises:
        ValueError: sizes, keys or depths differ; TypeError: the kinds of sequences do.
    """
    if not is_nested(nest1) and not is_nested(nest2):
        return
    what = f"The two structures don't have the same nested structure: {nest1!r} and {nest2!r}."
    if is_nested(nest1) != is_nested(nest2):
        raise ValueError(f"{what} One is a leaf, the other a sequence.")
    if check_types and type(nest1) is not type(nest2):
        raise TypeError(f"{what} One is a {type(nest1).__name__}, the other a {type(nest2).__name__}.")
    if isinstance(nest1, Mapping) and set(nest1) != set(nest2):
        raise ValueError(f"{what} The keys are {list(nest1)} and {list(nest2)}.")
    if len(nest1) != len(nest2):
        raise ValueError(f"{what} One has {len(nest1)} items, the other {len(nest2)}.")
    for one, other in zip(_parts(nest1), _parts(nest2), strict=True):
        assert_same_structure(one, other, check_types)


def _parts(structure: Any) -> list[Any]:
    if isinstance(structure, Mapping):
        return [structure[key] for key in sorted(structure)]
    return list(structure)


def _packed(structure: Any, flat: Iterator[Any]) -> Any:
    if not is_nested(structure):
        return next(flat)
    parts = [_packed(part, flat) for part in _parts(structure)]
    kind: Any = type(structure)
    if isinstance(structure, Mapping):
        by_key = dict(zip(sorted(structure), parts, strict=True))
        return kind((key, by_key[key]) for key in structure)
    return kind(*parts) if hasattr(structure, "_fields") else kind(parts)
