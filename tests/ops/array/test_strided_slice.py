"""Slices against NumPy's own indexing, over keys that hypothesis draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convflow.core import dtypes, errors
from convflow.graph.graph import Graph
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.array.slice_spec import Masks, select
from convflow.ops.array.strided_slice import boolean_mask, getitem, strided_slice
from convflow.runtime.session import Session

ARRAY = np.arange(2 * 3 * 4).reshape(2, 3, 4)


def _bounds(size):
    return st.one_of(st.none(), st.integers(-size - 2, size + 2))


@st.composite
def keys(draw):
    """A key for ARRAY: indices, slices, new axes and at most one ellipsis."""
    entries = []
    for size in ARRAY.shape[: draw(st.integers(0, 3))]:
        if draw(st.booleans()):
            entries.append(draw(st.integers(-size, size - 1)))
        else:
            step = draw(st.sampled_from([None, 1, 2, 3, -1, -2]))
            entries.append(slice(draw(_bounds(size)), draw(_bounds(size)), step))
        if draw(st.integers(0, 3)) == 0:
            entries.append(None)
    if draw(st.booleans()):
        # Entries after an ellipsis stand for the last axes: indices must fit those.
        entries = [e if not isinstance(e, int) else e % 2 for e in entries]
        entries.insert(draw(st.integers(0, len(entries))), Ellipsis)
    return tuple(entries)


@settings(max_examples=150, deadline=None)
@given(keys(), st.sampled_from([[2, 3, 4], [None, 3, None]]))
def test_any_key_is_read_as_numpy_reads_it(key, static):
    expected = ARRAY[key]
    with Graph().as_default() as graph:
        x = placeholder(dtypes.int64, static)
        y = getitem(x, key)
        assert y.shape.is_compatible_with(expected.shape)
        with Session(graph=graph) as session:
            np.testing.assert_array_equal(session.run(y, {x: ARRAY}), expected)
    if static == [2, 3, 4]:
        assert y.shape.as_list() == list(expected.shape)


def test_strings_are_sliced_too(run):
    words = np.array([[b"a", b"b"], [b"c", b"d"]], dtype=object)
    assert run(getitem(constant(words), (slice(None, None, -1), 0))).tolist() == [b"c", b"a"]


@pytest.mark.parametrize(
    "key", [(slice(None), slice(None, None, -2), None, slice(1, 3)), (1, Ellipsis, -1), (slice(5, 9),)]
)
def test_derivatives(check_gradients, key):
    check_gradients(lambda x: getitem(x, key), np.random.default_rng(0).normal(size=(2, 3, 4)))


def test_index_from_a_tensor(run):
    x, i = placeholder(dtypes.float32, [4, 3]), placeholder(dtypes.int64, [])
    array = np.arange(12, dtype=np.float32).reshape(4, 3)
    np.testing.assert_array_equal(run(getitem(x, (i, slice(i, None))), {x: array, i: 1}), array[1, 1:])
    with pytest.raises(errors.InvalidArgumentError, match="slice index 4 of dimension 0 out of bounds"):
        run(getitem(x, i), {x: array, i: 4})


@pytest.mark.parametrize(
    ("key", "error", "text"),
    [
        (4, ValueError, "slice index 4 of dimension 0 out of bounds: its size is 4"),
        ((0, 0, 0), ValueError, "Index out of range using input dim 2; input has only 2 dims"),
        (slice(None, None, 0), ValueError, "strides\\[0\\] must be non-zero"),
        ((Ellipsis, Ellipsis), ValueError, "Multiple ellipses"),
        ("a", TypeError, "valid indices, got 'a'"),
        (1.0, TypeError, "valid indices, got 1.0"),
        ((True, 0), TypeError, "valid indices, got True"),
    ],
)
def test_refusals(key, error, text):
    with pytest.raises(error, match=text):
        getitem(placeholder(dtypes.float32, [4, 3]), key)


def test_only_parts_of_variables_can_be_assigned():
    part = strided_slice(constant([1, 2]), [0], [1], var=constant([1, 2]))
    with pytest.raises(TypeError, match="requires that input 'ref' be a mutable tensor"):
        part.assign([3])
    assert not hasattr(constant([1, 2])[:1], "assign")


def test_unknown_bounds_leave_whole_axes_known():
    selection = select([4, 3, 2], None, None, [1, 1], Masks(begin=1, end=1, shrink_axis=2))
    assert selection.final == [4, 2]
    assert select([4, 3], None, None, [1], Masks()).final == [None, 3]


def test_boolean_mask(run):
    x = np.arange(24.0).reshape(2, 3, 4)
    mask = x[:, :, 0] > 7
    masked = boolean_mask(constant(x), mask)
    assert masked.shape.as_list() == [None, 4]
    np.testing.assert_array_equal(run(masked), x[mask])
    np.testing.assert_array_equal(run(boolean_mask(constant(x), [True, False, True], axis=1)), x[:, [0, 2]])
    np.testing.assert_array_equal(run(getitem(constant(x), constant([False, True]))), x[1:])


@pytest.mark.parametrize(
    ("mask", "text"),
    [(True, "mask cannot be scalar"), ([True], "Shapes \\(2,\\) and \\(1,\\) are incompatible")],
)
def test_boolean_mask_refusals(mask, text):
    with pytest.raises(ValueError, match=text):
        boolean_mask(constant([1, 2]), mask)


def test_boolean_mask_needs_a_rank():
    with pytest.raises(ValueError, match="Number of mask dimensions must be specified"):
        boolean_mask(constant([1, 2]), placeholder(dtypes.bool))
