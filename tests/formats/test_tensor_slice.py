import pytest
from hypothesis import given
from hypothesis import strategies as st

from convflow.core import errors
from convflow.formats.tensor_slice import WHOLE, TensorSlice, parse_shape_and_slice, slice_key

EXTENTS = st.lists(
    st.tuples(st.integers(0, 2**62), st.integers(1, 2**62)) | st.just((0, WHOLE)), min_size=1, max_size=3
).map(tuple)


@pytest.mark.parametrize(
    ("text", "shape", "extents"),
    [
        ("4 2 0,2:-", [4, 2], ((0, 2), (0, WHOLE))),
        ("7 3,4", [7], ((3, 4),)),
    ],
)
def test_a_spec_is_parsed_and_printed(text, shape, extents):
    found_shape, found = parse_shape_and_slice(text)
    assert (found_shape, found.extents) == (shape, extents)
    assert text.endswith(str(found))


@pytest.mark.parametrize("text", ["", "4", "4 2", "4 2 0,2", "4 3,2", "4 -1,2", "x 0,1", "4 0,1,2"])
def test_a_bad_spec(text):
    with pytest.raises(errors.InvalidArgumentError, match=r'is no shape and slice: .* as in "4 2 0,2:-"'):
        parse_shape_and_slice(text)


@given(EXTENTS)
def test_protos_come_back(extents):
    assert TensorSlice.from_proto(TensorSlice(extents).as_proto()).extents == extents


@given(st.tuples(st.text(max_size=3), EXTENTS), st.tuples(st.text(max_size=3), EXTENTS))
def test_keys_are_in_the_order_of_names_and_slices(a, b):
    order = [(n.encode(), len(e), [x for pair in e for x in pair]) for n, e in (a, b)]
    keys = [slice_key(n.encode(), TensorSlice(e)) for n, e in (a, b)]
    assert (order[0] < order[1]) == (keys[0] < keys[1])
    assert (order[0] == order[1]) == (keys[0] == keys[1])


@pytest.mark.parametrize(
    ("start", "written"),
    # Recorded from TensorFlow: the key of slice (start, 1) of a vector `v`, without its constant parts.
    [
        (0, "80"),
        (63, "bf"),
        (64, "c040"),
        (8191, "dfff"),
        (8192, "e02000"),
        (2**55 - 1, "ff7fffffffffffff"),
        (2**55, "ff8080000000000000"),
        (2**60, "ff9000000000000000"),
    ],
)
def test_numbers_are_written_as_tensorflow_writes_them(start, written):
    key = slice_key(b"v", TensorSlice(((start, 1),)))
    assert key.hex() == "00" + "760001" + "0101" + written + "81"


def test_a_whole_slice_is_recognised():
    assert TensorSlice(((0, 2), (0, WHOLE))).is_whole([2, 5])
    assert not TensorSlice(((0, 1), (0, WHOLE))).is_whole([2, 5])
