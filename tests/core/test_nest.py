"""tf.nest."""

from __future__ import annotations

from collections import OrderedDict, namedtuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import convflow as tf
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


def test_sparse_tensors_are_leaves_or_their_parts():
    sparse = tf.SparseTensor([[0, 1]], [2.0], [2, 3])
    slices = tf.IndexedSlices(tf.constant([1.0]), tf.constant([0]))
    structure = {"b": sparse, "a": [slices, 5]}
    assert tf.nest.flatten(structure) == [slices, 5, sparse]
    parts = [slices.values, slices.indices, 5, sparse.indices, sparse.values, sparse.dense_shape]
    assert tf.nest.flatten(structure, expand_composites=True) == parts
    assert tf.contrib.framework.nest.flatten(sparse, expand_composites=True) == parts[3:]
    packed = tf.nest.pack_sequence_as(structure, parts, expand_composites=True)
    assert packed["b"].values is sparse.values and packed["a"][0].indices is slices.indices
    with pytest.raises(ValueError, match="6 leaves, got 1 items"):
        tf.nest.pack_sequence_as(structure, [1], expand_composites=True)


def test_a_function_of_the_parts_of_sparse_tensors():
    one, other = (tf.SparseTensor([[0, place]], [2.0], [2, 3]) for place in (1, 2))
    mapped = tf.nest.map_structure(lambda x: x + x, [one], expand_composites=True)
    assert isinstance(mapped[0], tf.SparseTensor)
    with tf.Session() as sess:
        assert sess.run(mapped[0].values).tolist() == [4.0]
        assert sess.run(mapped[0].indices).tolist() == [[0, 2]]
    tf.nest.assert_same_structure([one], [other], expand_composites=True)


@pytest.mark.parametrize(
    ("other", "text"),
    [
        (lambda: tf.constant(1.0), "One is a SparseTensor, the other a Tensor"),
        (lambda: tf.IndexedSlices(tf.constant([1.0]), tf.constant([0])), "the other a IndexedSlices"),
        (lambda: tf.SparseTensor([[0, 1]], [2], [2, 3]), "Their types are"),
    ],
)
def test_sparse_tensors_of_another_form(other, text):
    sparse, other = tf.SparseTensor([[0, 1]], [2.0], [2, 3]), other()
    tf.nest.assert_same_structure([sparse], [other])
    with pytest.raises(ValueError, match=text):
        tf.nest.assert_same_structure([sparse], [other], expand_composites=True)
