import copy
import pickle

import pytest

from convflow.core import dtypes
from convflow.core.shape import Dimension, TensorShape, dimension_at_index, dimension_value


def test_an_element_type_is_no_size():
    # tf.placeholder(shape, dtype) instead of (dtype, shape) would otherwise be a vector of one element.
    with pytest.raises(TypeError, match=r"must be an integer or None, got tf.float32 of type DType"):
        TensorShape(dtypes.float32)


def test_sizes_of_tensorflow_1():
    assert Dimension("5").value == Dimension(5.0).value == 5
    with pytest.raises(ValueError, match=r"Ambiguous dimension: 3.5 is not a whole number"):
        Dimension(3.5)
    with pytest.raises(ValueError, match=r"-1 must be >= 0. Use None for an unknown dimension"):
        TensorShape([-1])


def test_values_of_dimensions():
    assert dimension_value(Dimension(6)) == 6
    assert dimension_value(3) == 3
    assert dimension_value(Dimension(None)) is None
    assert dimension_at_index(TensorShape([1, 2]), 1) == 2
    assert dimension_at_index(TensorShape(None), 1).value is None


def test_contradictions_name_both_shapes():
    with pytest.raises(ValueError, match=r"Shapes \(1, \?\) and \(2, 3\) are incompatible"):
        TensorShape([1, None]).merge_with([2, 3])
    with pytest.raises(ValueError, match=r"Shape \(1, 2\) must have rank 3"):
        TensorShape([1, 2]).with_rank(3)


def test_copies():
    for shape in (TensorShape([1, None]), TensorShape(None)):
        assert copy.deepcopy(shape) == shape
        assert pickle.loads(pickle.dumps(shape)) == shape
