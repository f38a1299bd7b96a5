import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tensorboard.compat.proto import tensor_pb2

from convflow.core import dtypes
from convflow.formats.tensor_proto import make_ndarray, make_tensor_proto

NUMBERS = [
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
    "complex64",
    "complex128",
]


@pytest.fixture(scope="module")
def recorded(golden_folder):
    messages = json.loads((golden_folder / "tensor_protos.json").read_text())
    return {key: bytes.fromhex(message) for key, message in messages.items()}


def cases(values):
    scalar = values[0, 1]
    return {
        "matrix": (values, None),
        "scalar": (scalar, None),
        "one": (values[:1, :1], None),
        "empty": (values[:0], None),
        "filled": (scalar, [2, 3]),
        "repeated": (values[0], [2, 3]),
    }


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_have_tensorflows_bytes_and_come_back(name, numbers, recorded):
    for case, (array, shape) in cases(numbers(name)).items():
        proto = make_tensor_proto(array, shape=shape)
        assert proto.SerializeToString(deterministic=True) == recorded[f"{name} {case}"]
        found = make_ndarray(tensor_pb2.TensorProto.FromString(recorded[f"{name} {case}"]))
        assert found.dtype == array.dtype
        expected = np.resize(np.append(array, [array.reshape(-1)[-1]] * 3), shape) if shape else array
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", ["qint8", "quint8", "qint16", "quint16", "qint32"])
def test_quantized_numbers(name, recorded):
    dtype = dtypes.as_dtype(name)
    array = np.array([1, 2], dtype.as_numpy_dtype)
    assert make_tensor_proto(array, dtype).SerializeToString() == recorded[f"{name} matrix"]
    np.testing.assert_array_equal(make_ndarray(make_tensor_proto(array, dtype)), array)


def test_strings(texts, recorded):
    assert make_tensor_proto(texts).SerializeToString() == recorded["string vector"]
    assert make_tensor_proto("hello").SerializeToString() == recorded["string scalar"]
    assert make_tensor_proto(b"hello", shape=[3]).SerializeToString() == recorded["string filled"]
    assert make_ndarray(make_tensor_proto(texts)).tolist() == texts.tolist()
    filled = make_ndarray(make_tensor_proto(b"hello", shape=[3]))
    assert filled.dtype == object
    assert filled.tolist() == [b"hello"] * 3


@given(
    hnp.arrays(
        st.sampled_from([np.float32, np.float16, np.complex128, np.int8, np.uint64, np.bool_]),
        hnp.array_shapes(min_dims=0, min_side=0, max_side=3),
    )
)
def test_round_trip(array):
    np.testing.assert_array_equal(make_ndarray(make_tensor_proto(array)), array)


def test_no_values_are_zeros():
    proto = make_tensor_proto(np.zeros(0, np.float32), shape=[2])
    assert make_ndarray(proto).tolist() == [0.0, 0.0]
    assert make_ndarray(make_tensor_proto(np.zeros(0, object), shape=[2])).tolist() == [b"", b""]


def test_the_array_can_be_written_to():
    array = make_ndarray(make_tensor_proto(np.arange(3)))
    array[0] = 5
    assert array.tolist() == [5, 1, 2]


def test_too_many_elements():
    with pytest.raises(ValueError, match=r"Too many elements provided. Takes at most 1, but got 2. A tensor of"):
        make_tensor_proto(np.ones(2), shape=[1])


def test_a_shape_must_be_known():
    with pytest.raises(ValueError, match=r"shape of a tensor's value must be known, got \(\?,\)"):
        make_tensor_proto(np.ones(2), shape=[None])


@pytest.mark.parametrize(
    ("proto", "error", "text"),
    [
        (
            tensor_pb2.TensorProto(dtype=1, tensor_content=b"abc"),
            ValueError,
            "has 3 bytes, but float32 of shape",
        ),
        (
            tensor_pb2.TensorProto(dtype=1, float_val=[1, 2]),
            ValueError,
            "holds 2 values of float32, but its shape",
        ),
        (tensor_pb2.TensorProto(dtype=20), TypeError, "Unsupported tensor type: a TensorProto of resource"),
        (tensor_pb2.TensorProto(dtype=7, tensor_content=b"a"), ValueError, "string of shape"),
        (tensor_pb2.TensorProto(dtype=1, tensor_shape={"unknown_rank": True}), ValueError, "must be known"),
    ],
)
def test_damaged_protos(proto, error, text):
    with pytest.raises(error, match=text):
        make_ndarray(proto)
