import collections

import pytest

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.input import structure
from convflow.input.structure import ElementSpec

Pair = collections.namedtuple("Pair", "x y")


@pytest.mark.parametrize(
    ("nested", "leaves"),
    [
        (1, [1]),
        ((1, (2, 3), 4), [1, 2, 3, 4]),
        ({"b": 1, "a": (2, 3)}, [2, 3, 1]),
        (Pair(1, {"q": 2}), [1, 2]),
        (([1, 2], 3), [[1, 2], 3]),
        ((), []),
        (collections.OrderedDict([("z", 1), ("y", 2)]), [2, 1]),
    ],
)
def test_flattens_and_packs(nested, leaves):
    assert structure.flatten(nested) == leaves
    packed = structure.pack(nested, leaves)
    assert packed == nested
    assert type(packed) is type(nested)
    assert list(packed) == list(nested) if isinstance(nested, dict) else True


@pytest.mark.parametrize(
    ("first", "second", "error", "message"),
    [
        ((1, 2), 3, ValueError, "don't have the same nested structure"),
        ((1, 2), (1, 2, 3), ValueError, "number of elements: 2 and 3"),
        ({"a": 1}, {"b": 1}, ValueError, r"set of keys: \['a'\] and \['b'\]"),
        ({"a": 1}, (1,), TypeError, "sequence type: dict and tuple"),
        ((1, (2, 3)), (1, (2,)), ValueError, "number of elements: 2 and 1"),
    ],
)
def test_names_the_difference_of_two_forms(first, second, error, message):
    with pytest.raises(error, match=message):
        structure.check_same(first, second)


def test_a_spec_reads_shapes_as_far_as_the_types_go():
    spec = ElementSpec.of({"a": "float32", "b": dtypes.int32}, {"a": (None, 3), "b": []})
    assert spec.types == {"a": dtypes.float32, "b": dtypes.int32}
    assert spec.shapes == {"a": TensorShape([None, 3]), "b": TensorShape([])}
    assert spec.flat_shapes == [TensorShape([None, 3]), TensorShape([])]


def test_shapes_left_out_are_unknown():
    assert ElementSpec.of((dtypes.int32, dtypes.int64)).flat_shapes == [TensorShape(None)] * 2


def test_a_list_is_no_element_type():
    with pytest.raises(TypeError, match="Cannot convert"):
        ElementSpec.of([dtypes.int32, dtypes.int64])
