"""Values in nested lists, tuples, named tuples and dicts (API: tf.nest). The items of a dict come sorted by key.

A sparse tensor and its kin consist of tensors. They are leaves, unless `expand_composites` asks for their parts: such a
class has `_composite_parts()`, the tensors, and `_of_composite_parts(parts)`, one like it of other tensors.
"""

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
        expand_composites: whether the tensors of a sparse tensor are leaves, rather than itself.
    """
    if not _has_parts(structure, expand_composites):
        return [structure]
    return [leaf for part in _parts(structure) for leaf in flatten(part, expand_composites)]


def pack_sequence_as(structure: Any, flat_sequence: Any, expand_composites: bool = False) -> Any:
    """The items of `flat_sequence` in the form of `structure` (API: tf.nest.pack_sequence_as).

    Args:
        structure: nested lists, tuples, named tuples and dicts, or a single value; what its leaves are does not matter.
        flat_sequence: the new leaves, in the order of `flatten`.
        expand_composites: whether the tensors of a sparse tensor are leaves, rather than itself.

    Returns:
        A structure of the same classes.

    Raises:
        ValueError: there are more or fewer items than leaves.
    """
    flat = list(flat_sequence)
    count = len(flatten(structure, expand_composites))
    if count != len(flat):
        raise ValueError(f"The structure {structure!r} has {count} leaves, got {len(flat)} items for them.")
    return _packed(structure, iter(flat), expand_composites)


def map_structure(func: Callable[..., Any], *structure: Any, **kwargs: Any) -> Any:
    """`func` of the leaves that stand in the same places, in the form of the first structure.

    Args:
        kwargs: `check_types` and `expand_composites`, as for `assert_same_structure`.
    """
    for other in structure[1:]:
        assert_same_structure(structure[0], other, **kwargs)
    expand = kwargs.get("expand_composites", False)
    leaves = zip(*(flatten(item, expand) for item in structure), strict=True)
    return pack_sequence_as(structure[0], [func(*items) for items in leaves], expand)


def assert_same_structure(nest1: Any, nest2: Any, check_types: bool = True, expand_composites: bool = False) -> None:
    """Refuse two structures of different forms, whatever their leaves (API: tf.nest.assert_same_structure).

    Args:
        nest1, nest2: nested lists, tuples, named tuples and dicts, or single values.
        check_types: whether lists, tuples and so on must be of the same class, too.
        expand_composites: whether sparse tensors and their kin must be of the same class and type, too.

    Raises:
        ValueError: sizes, keys or depths differ; TypeError: the kinds of sequences do.
    """
    if not _has_parts(nest1, expand_composites) and not _has_parts(nest2, expand_composites):
        return
    what = f"The two structures don't have the same nested structure: {nest1!r} and {nest2!r}."
    if is_nested(nest1) != is_nested(nest2):
        raise ValueError(f"{what} One is a leaf, the other a sequence.")
    if not is_nested(nest1):
        _same_composites(nest1, nest2, what)
        return
    if check_types and type(nest1) is not type(nest2):
        raise TypeError(f"{what} One is a {type(nest1).__name__}, the other a {type(nest2).__name__}.")
    if isinstance(nest1, Mapping) and set(nest1) != set(nest2):
        raise ValueError(f"{what} The keys are {list(nest1)} and {list(nest2)}.")
    if len(nest1) != len(nest2):
        raise ValueError(f"{what} One has {len(nest1)} items, the other {len(nest2)}.")
    for one, other in zip(_parts(nest1), _parts(nest2), strict=True):
        assert_same_structure(one, other, check_types, expand_composites)


def _same_composites(one: Any, other: Any, what: str) -> None:
    if type(one) is not type(other):
        raise ValueError(f"{what} One is a {type(one).__name__}, the other a {type(other).__name__}.")
    if one.dtype != other.dtype:
        raise ValueError(f"{what} Their types are {one.dtype} and {other.dtype}.")
    counts = len(one._composite_parts()), len(other._composite_parts())
    if counts[0] != counts[1]:
        raise ValueError(f"{what} One consists of {counts[0]} tensors, the other of {counts[1]}.")


def _is_composite(value: Any) -> bool:
    return hasattr(type(value), "_composite_parts")


def _has_parts(structure: Any, expand_composites: bool) -> bool:
    return is_nested(structure) or (expand_composites and _is_composite(structure))


def _parts(structure: Any) -> list[Any]:
    if _is_composite(structure):
        return structure._composite_parts()
    if isinstance(structure, Mapping):
        return [structure[key] for key in sorted(structure)]
    return list(structure)


def _packed(structure: Any, flat: Iterator[Any], expand_composites: bool) -> Any:
    if not _has_parts(structure, expand_composites):
        return next(flat)
    parts = [_packed(part, flat, expand_composites) for part in _parts(structure)]
    if _is_composite(structure):
        return structure._of_composite_parts(parts)
    kind: Any = type(structure)
    if isinstance(structure, Mapping):
        by_key = dict(zip(sorted(structure), parts, strict=True))
        return kind((key, by_key[key]) for key in structure)
    return kind(*parts) if hasattr(structure, "_fields") else kind(parts)
