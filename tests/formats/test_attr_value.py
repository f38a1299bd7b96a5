import json

import numpy as np
import pytest
from tensorboard.compat.proto import attr_value_pb2

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.formats.attr_value import from_attr_value, to_attr_value
from convflow.formats.tensor_proto import make_tensor_proto

FUNCTION = attr_value_pb2.NameAttrList(name="body")
VALUES = {
    "int": -5,
    "float": 0.5,
    "bool": True,
    "string": b"SAME",
    "type": dtypes.float32._as_ref,
    "shape": TensorShape([None, 3]),
    "tensor": make_tensor_proto(np.arange(3)),
    "func": FUNCTION,
}


@pytest.mark.parametrize("kind", VALUES)
def test_values_and_lists_of_them_come_back(kind):
    value = VALUES[kind]
    assert from_attr_value(to_attr_value(value, kind), kind) == value
    assert from_attr_value(to_attr_value(value, kind)) == value
    for several in ([], [value], [value, value]):
        attr = to_attr_value(several, f"list({kind})")
        assert attr.WhichOneof("value") == "list"
        assert from_attr_value(attr, f"list({kind})") == several
        assert from_attr_value(attr) == several


@pytest.mark.parametrize(
    ("kind", "value"),
    [("int", 0), ("float", 0.0), ("bool", False), ("string", b""), ("func", attr_value_pb2.NameAttrList())],
)
def test_empty_values_are_values(kind, value):
    attr = to_attr_value(value, kind)
    assert attr.WhichOneof("value") is not None
    assert from_attr_value(attr, kind) == value


def test_a_scalar_shape_and_an_unknown_one_are_values():
    for shape in (TensorShape([]), TensorShape(None)):
        assert from_attr_value(to_attr_value(shape, "shape"), "shape") == shape


def test_attributes_of_tensorflows_nodes_are_rewritten_byte_for_byte(golden_folder):
    nodes = json.loads((golden_folder / "attributes.json").read_text())
    for attributes in nodes.values():
        for kind, message in attributes.values():
            attr = attr_value_pb2.AttrValue.FromString(bytes.fromhex(message))
            again = to_attr_value(from_attr_value(attr, kind), kind)
            assert again.SerializeToString(deterministic=True).hex() == message


def test_what_plainly_means_the_same_is_taken():
    assert to_attr_value("SAME", "string") == to_attr_value(b"SAME", "string")
    assert to_attr_value(np.float32, "type") == to_attr_value(dtypes.float32, "type")
    assert to_attr_value([None, 3], "shape") == to_attr_value(TensorShape([None, 3]), "shape")
    assert to_attr_value(np.int64(3), "int").i == 3
    assert to_attr_value((1, 2), "list(int)") == to_attr_value([1, 2], "list(int)")


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (1.5, "int", "1.5 is no value for an attribute of kind int"),
        ("1", "float", "'1' is no value for an attribute of kind float: texts are no floats."),
        (2, "bool", "2 is no value for an attribute of kind bool: only True and False are."),
        (3, "string", "3 is no value for an attribute of kind string: only str and bytes are."),
        ("float33", "type", "'float33' is no value for an attribute of kind type"),
        (np.ones(2), "tensor", "of kind tensor: only TensorProto messages are"),
        ("f", "func", "of kind func: only NameAttrList messages are"),
        (3, "list(int)", r"3 is no value for an attribute of kind list\(int\). Expected a list."),
        ("ab", "list(string)", r"'ab' is no value for an attribute of kind list\(string\)"),
        (1, "number", "'number' is no kind of attribute. Expected one of int, float"),
    ],
)
def test_wrong_values(value, kind, text):
    with pytest.raises(TypeError, match=text):
        to_attr_value(value, kind)


def test_an_integer_must_fit():
    with pytest.raises(ValueError, match="of kind int: it does not fit 64 bits"):
        to_attr_value(2**63, "int")


def test_a_message_of_another_kind():
    with pytest.raises(TypeError, match="The attribute holds int, expected float"):
        from_attr_value(to_attr_value(3, "int"), "float")
    with pytest.raises(TypeError, match=r"The attribute holds nothing, expected list\(int\)"):
        from_attr_value(attr_value_pb2.AttrValue(), "list(int)")
    with pytest.raises(TypeError, match="holds no value of a known kind"):
        from_attr_value(attr_value_pb2.AttrValue())
