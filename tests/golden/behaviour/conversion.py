"""From Python values to constants."""

import numpy as np


def _described(tf, make):
    with tf.Graph().as_default():
        tensor = make()
        value = tf.Session().run(tensor)
        return (
            tensor.dtype.name,
            str(tensor.shape),
            tensor.op.type,
            tensor.name,
            getattr(value, "tolist", lambda: value)(),
        )


def values(tf, note):
    items = [
        1, 1.5, True, "s", b"s", 1 + 2j, 2**31, 2**31 - 1, -(2**31) - 1, 2**63, 2**70, None, [1, None], [1, 2.5],
        [1.5, 2], [True, 1], [1, True], [True, 2.0], ["a", 1], [1, "a"], ["a", b"b"], [[1], [2, 3]], [[1, 2], 3], [],
        [[]], [[], []], (1, 2), [(1, 2), [3, 4]], [2**31, 1], [1.0, 2**40], {1: 2}, "", [b"", b"\0"], float("inf"),
        1e300, [1e300], -0.0, [1j, 2], [1, 2j], [True, False], [[True], [1]], [1, [2]], [[1], 2], ["a", ["b"]], "é",
        ["é"], [None], slice(1), bytearray(b"xx"),
    ]  # fmt: skip
    for item in items:
        note.tried(lambda item=item: _described(tf, lambda: tf.convert_to_tensor(item)))


def numpy_values(tf, note):
    items = [
        np.int64(3), np.float64(2.5), np.float32(1), np.int8(3), np.bool_(True), np.str_("q"), np.array([1, 2]),
        np.array([1.0, 2.0]), np.array(["a", "bc"]), np.array([b"a", b"bc"]), np.array(["a", b"b"], object),
        [np.int64(1), 2], [np.float32(1), 2.5], [np.float64(1), 2], [np.int8(1), np.int8(2)], [1, np.float64(2)],
        np.array([], np.int64), np.zeros((2, 0)), np.array(3), [np.array(3), 4], np.array([2**40]),
        np.array([b"a\0"], "S2"), np.datetime64("2000-01-01"), np.uint64(2**63), np.float16(1), np.complex128(1j),
        np.array([True]), np.zeros((2, 2), order="F"), np.array([1, 2], object),
    ]  # fmt: skip
    for item in items:
        note.tried(lambda item=item: _described(tf, lambda: tf.convert_to_tensor(item)))


def sizes(tf, note):
    items = [
        tf.TensorShape([1, 2]), tf.TensorShape([None, 2]), tf.TensorShape(None), tf.TensorShape([]),
        tf.TensorShape([2**31]), tf.Dimension(3), tf.Dimension(None),
    ]  # fmt: skip
    for item in items:
        for dtype in (None, tf.int32, tf.int64, tf.float32):
            note.tried(lambda item=item: _described(tf, lambda: tf.convert_to_tensor(item, dtype)))


def types_asked_for(tf, note):
    items = [
        1, 1.0, 1.5, True, "s", 1j, 300, -1, None, [1, 2.5], [1, 2], [1.0, 2.0], [True], [], [1, None],
        np.array([1, 2]), np.array([1.5]), np.array([True]), np.float64(1.5), np.int64(5), np.bool_(True),
        np.array([300]), np.array([-1]), [np.float64(1.5)], [np.int64(1)], ["a"], 1e39,
    ]  # fmt: skip
    names = [
        "float32",
        "float64",
        "int32",
        "int64",
        "uint8",
        "int8",
        "bool",
        "string",
        "complex64",
        "float16",
        "bfloat16",
        "uint16",
        "qint8",
    ]
    for item in items:
        for name in names:
            dtype = getattr(tf, name)
            note.tried(lambda item=item: _described(tf, lambda: tf.convert_to_tensor(item, dtype)))


def types_preferred(tf, note):
    for item in (1, 1.5, True, "s", np.array([1]), np.float64(2.0), [1, 2], [1.5], None):
        for dtype in (tf.float32, tf.int64, tf.bool, tf.string):
            note.tried(lambda item=item: _described(tf, lambda: tf.convert_to_tensor(item, preferred_dtype=dtype)))
    note.tried(lambda: _described(tf, lambda: tf.convert_to_tensor(1, tf.float64, preferred_dtype=tf.int32)))
    note.tried(lambda: _described(tf, lambda: tf.convert_to_tensor(1, name="hello")))
    note.tried(lambda: _described(tf, lambda: tf.convert_to_tensor(1, "float32")))


def tensors(tf, note):
    x, integer = tf.constant(1.0), tf.constant(1)
    note(tf.convert_to_tensor(x) is x, tf.convert_to_tensor(x, preferred_dtype=tf.int32) is x)
    note.tried(lambda: tf.convert_to_tensor(x, tf.int32), lambda: tf.convert_to_tensor(tf.no_op()))
    lists = [
        [x, x], [x, 1], [1, x], [x, [1.0]], [[x, 1], [2, x]], [[x], [1, 2]], [x, "a"], [x, None], (x, 2.5),
        [x, np.float64(1)], [x, True], [x, integer], [integer, x], [tf.constant([1.0, 2.0]), [3, 4]],
        [[3, 4], tf.constant([1.0, 2.0])], [[3, integer], [1, 2]],
    ]  # fmt: skip
    for items in lists:
        for dtype in (None, tf.float32, tf.int32):
            note.tried(lambda: tf.convert_to_tensor(items, dtype))
    note.nodes(tf.get_default_graph())


def registered_conversions(tf, note):
    class Given:
        def __init__(self, value):
            self.value = value

    class Passed(Given):
        pass

    class Wrong:
        pass

    class Array:
        def __array__(self, dtype=None, copy=None):
            return np.array([1.0, 2.0], np.float32)

    def convert(given, dtype=None, name=None, as_ref=False):
        return tf.constant(given.value, dtype, name=name or "given")

    tf.register_tensor_conversion_function(Given, convert)
    tf.register_tensor_conversion_function(Passed, lambda *_, **__: NotImplemented)
    tf.register_tensor_conversion_function(Wrong, lambda *_, **__: 7)
    note(tf.convert_to_tensor(Given(3)), tf.convert_to_tensor(Given(3), tf.float32), tf.identity(Given(4.0)))
    note((tf.constant(1.0) + Given(2.0)).op.type)
    note.tried(lambda: tf.convert_to_tensor(Passed(3)), lambda: tf.convert_to_tensor(Wrong()))
    note.tried(lambda: tf.convert_to_tensor(Array()), lambda: tf.convert_to_tensor(Array(), tf.float64))
    note.tried(lambda: tf.register_tensor_conversion_function(3, convert))
    note.tried(lambda: tf.register_tensor_conversion_function(Wrong, 3))


def constants(tf, note):
    calls = [
        ((1,), {"shape": [2, 3]}), (([1, 2],), {"shape": [2]}), (([1, 2, 3],), {"shape": [2]}),
        (([],), {"shape": [2]}), (([],), {"shape": [0]}), ((1.5, tf.int32), {}), ((1, tf.float32, [2]), {}),
        (("a",), {"shape": [2]}), (([1, 2],), {"shape": [2, 1]}), ((1,), {"shape": ()}), (([1],), {"shape": ()}),
        ((np.arange(6),), {"shape": (3, 2)}), ((1,), {"shape": tf.TensorShape([2])}), ((1,), {"shape": [None]}),
        ((1,), {"verify_shape": True, "shape": [2]}), (([1, 2],), {"verify_shape": True, "shape": [2]}),
        ((1,), {"name": None}), ((1,), {"name": ""}), ((1.0, "int32"), {}), (([[1, 2], [3, 4]],), {"shape": [4]}),
        ((True, tf.int32), {}), ((1, tf.bool), {}), (("1", tf.int32), {}), ((np.array([1.7, 2]), tf.int32), {}),
        ((np.array([1, 0]), tf.bool), {}), ((300, tf.uint8), {}), ((-1, tf.uint8), {}), ((1, tf.complex64), {}),
        (([1, 2], tf.float16), {}), ((1.0, tf.bfloat16), {}), (([1.0, 2.0], tf.string), {}), ((3, tf.resource), {}),
    ]  # fmt: skip
    for positional, named in calls:
        note.tried(lambda: _described(tf, lambda: tf.constant(*positional, **named)))
    tensor = tf.constant(1)
    note.tried(lambda: tf.constant(tensor), lambda: tf.constant([tensor]))
