import pytest

import convflow as tf

serialize = tf.keras.utils.serialize_keras_object
deserialize = tf.keras.utils.deserialize_keras_object


class Scale:
    def __init__(self, factor=2.0):
        self.factor = factor

    def get_config(self):
        return {"factor": self.factor}


def double(x):
    return 2 * x


def test_there_and_back():
    description = serialize(Scale(3.0))
    assert description == {"class_name": "Scale", "config": {"factor": 3.0}}
    assert deserialize(description, custom_objects={"Scale": Scale}).factor == 3.0
    assert serialize(double) == "double"
    assert deserialize("double", module_objects={"double": double}) is double
    assert deserialize("Scale", module_objects={"Scale": Scale}).factor == 2.0
    assert serialize(None) is None and deserialize(None) is None


def test_layers():
    description = serialize(tf.keras.layers.Dense(2, activation="relu", name="d"))
    assert (description["class_name"], description["config"]["units"]) == ("Dense", 2)
    layer = deserialize(description, module_objects=vars(tf.keras.layers))
    assert (layer.name, layer.units) == ("d", 2)


def test_the_programs_own_come_first():
    with tf.keras.utils.custom_object_scope({"double": double}):
        assert deserialize("double", module_objects={"double": max}) is double
    assert deserialize("double", module_objects={"double": max}) is max


def test_what_is_refused():
    with pytest.raises(ValueError, match="Cannot serialize 3: it has neither get_config"):
        serialize(3)
    with pytest.raises(ValueError, match="Unknown layer: Nothing"):
        deserialize("Nothing", printable_module_name="layer")
    with pytest.raises(ValueError, match="Could not interpret serialized object: 3"):
        deserialize(3)
    with pytest.raises(ValueError, match="Improper config format"):
        deserialize({"class_name": "Scale"})
