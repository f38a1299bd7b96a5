"""tf.nest."""

from __future__ import annotations

from collections import OrderedDict, namedtuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convflow.core import nest

Point = namedtuple("Point", "x y")
STRUCTURES = st.recursive(
    st.integers(),
    lambda inner: st.one_of(st.lists(inner), st.tuples(inner, inner), st.dictionaries(st.text(max_size=2), inner)),
)


@given(STRUCTURES)
def test_packing_undoes_flattening(structure):
    assert nest.pack_sequence_as(structure, nest.flatten(structure)) == structure
    nest.assert_same_structure(structure, nest.map_structure(lambda leaf: leaf + 1, structure))


def test_kinds_and_order():
    structure = OrderedDict([("b", Point(1, [2])), ("a", "text")])
    assert nest.flatten(structure) == ["text", 1, 2]
    packed = nest.pack_sequence_as(structure, [7, 8, 9])
    assert packed == OrderedDict([("b", Point(8, [9])), ("a", 7)])
    assert isinstance(packed, OrderedDict) and isinstance(packed["b"], Point)
    assert nest.map_structure(lambda a, b: a + b, (1, [2]), (3, [4])) == (4, [6])


@pytest.mark.parametrize(
    ("one", "other", "kind", "message"),
    [
        ([1, 2], [1], ValueError, "2 items, the other 1"),
        ([1], 1, ValueError, "a leaf, the other a sequence"),
        ([1], (1,), TypeError, "list, the other a tuple"),
        ({"a": 1}, {"b": 1}, ValueError, r"keys are \['a'\] and \['b'\]"),
    ],
)
def test_differences(one, other, kind, message):
    with pytest.raises(kind, match=message):
        nest.assert_same_structure(one, other)


def test_wrong_number_of_leaves():
    with pytest.raises(ValueError, match="has 2 leaves, got 3 items"):
        nest.pack_sequence_as([1, [2]], [1, 2, 3])


def test_types_may_differ_on_request():
    nest.assert_same_structure([1], (1,), check_types=False)
