import copy
import pickle

import numpy as np
import pytest
import torch

from convflow.core import dtypes


def test_a_reference_stands_where_its_type_is_wanted():
    assert dtypes.float32.is_compatible_with(dtypes.float32._as_ref)
    assert not dtypes.float32._as_ref.is_compatible_with(dtypes.float32)


def test_what_is_no_type_says_what_would_be():
    with pytest.raises(
        TypeError, match=r"Cannot convert 'flot32' to a TensorFlow DType.*tf.float32, its name, or a NumPy"
    ):
        dtypes.as_dtype("flot32")
    for value in (list, [1], 1.5, True, torch.qint8):
        with pytest.raises(TypeError, match="Cannot convert"):
            dtypes.as_dtype(value)


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "int8", "uint16", "uint64", "bool", "complex128"])
def test_every_library_has_the_type(name):
    dtype = dtypes.as_dtype(name)
    assert dtypes.as_dtype(dtype.as_numpy_dtype) is dtype
    assert dtypes.as_dtype(np.dtype(dtype.as_numpy_dtype).newbyteorder(">")) is dtype
    assert dtypes.as_dtype(dtype.as_torch_dtype) is dtype
    assert torch.zeros(1, dtype=dtype.as_torch_dtype).element_size() == dtype.size


def test_copies_are_the_type_itself():
    for dtype in (dtypes.float32, dtypes.string, dtypes.int64._as_ref):
        assert copy.deepcopy(dtype) is dtype
        assert pickle.loads(pickle.dumps(dtype)) is dtype


def test_types_without_values_in_arrays_say_so():
    with pytest.raises(TypeError, match="resource has no NumPy type"):
        _ = dtypes.resource.as_numpy_dtype
    with pytest.raises(TypeError, match="string values are not held in PyTorch tensors"):
        _ = dtypes.string.as_torch_dtype
    with pytest.raises(ValueError, match="does not have defined limits: integers, float32, float64 and bool have"):
        _ = dtypes.complex64.limits
