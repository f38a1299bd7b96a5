"""tf.Variable and tf.get_variable: nodes, properties, operators."""

import numpy as np


def get_variable(tf, note):
    with tf.variable_scope("a"):
        made = [
            tf.get_variable("v", [2, 3]),
            tf.get_variable("b", [3], initializer=tf.zeros_initializer()),
            tf.get_variable("c", initializer=tf.constant([1.0, 2.0])),
            tf.get_variable("e", initializer=5),
            tf.get_variable("f", [2], tf.int32),
            tf.get_variable("h", [], tf.bool),
            tf.get_variable("i", [2], initializer=tf.ones_initializer),
            tf.get_variable(
                "j", [3], initializer=lambda shape, dtype=None, partition_info=None: tf.zeros(shape, dtype)
            ),
            tf.get_variable("k", [2], initializer=tf.constant_initializer(3.0)),
            tf.get_variable("q", initializer=np.ones((2, 2))),
            tf.get_variable("s", [1], tf.string),
            tf.get_variable("d", [2], tf.float64),
            tf.get_variable("n", [2], trainable=False),
            tf.get_variable("m", [2], collections=["mine"]),
            tf.get_local_variable("l", [2]),
            tf.get_variable("o", initializer=lambda: tf.zeros([2], tf.int32)),
        ]
    for variable in made:
        _properties(note, variable)
    for name in ("variables", "trainable_variables", "local_variables", "mine"):
        note(name, [variable.name for variable in tf.get_collection(name)])
    note([variable.name for variable in tf.global_variables("a/[a-f]")], tf.model_variables())
    tf.global_variables_initializer()
    tf.local_variables_initializer()
    tf.variables_initializer([])
    tf.variables_initializer(made[:1], name="one")
    note.nodes(tf.get_default_graph())


def _properties(note, variable):
    note(str(variable), variable, variable.name, variable.op.name, variable.dtype, variable.shape, variable.device)
    note(variable.initializer.name, variable.trainable, variable.initial_value.name, variable.value().name)


def refused_by_get_variable(tf, note):
    def make(*args, **kwargs):
        return lambda: tf.get_variable(*args, **kwargs)

    note.tried(make("x"), make("x", [None, 2]), make("x", [2], initializer=tf.constant([1.0, 2.0])), make("x", [2]))
    note.tried(make("x", [2]), make("", [2]), make("y z", [2]), make("q", [2], tf.complex64), make(3, [2]))
    note.tried(make("w", 2), make("w2", [tf.Dimension(2), 3]), make("w3", tf.TensorShape([2])))
    note.tried(make("i1", [2], tf.int32, initializer=tf.random_normal_initializer()))
    note.tried(make("i2", initializer=tf.zeros_initializer()), make("i3", [2], initializer=np.ones(2)))
    note.tried(make("i4", initializer=np.ones(2, np.float32), dtype=tf.float64))
    note.tried(make("i5", [2], initializer=lambda: tf.zeros([2])), make("i6", initializer=lambda: tf.zeros([2])))
    note.tried(make("i7", [2], initializer=lambda shape: tf.zeros(shape)))
    note.tried(make("i8", [2], initializer=lambda shape, dtype: tf.zeros(shape, dtype)))
    note.tried(make("i9", initializer=tf.placeholder(tf.float32, [None])))
    note.tried(make("i10", initializer=tf.placeholder(tf.float32, [None]), validate_shape=False))
    note.tried(make("i11", [3], initializer=tf.constant_initializer([1.0, 2.0])))
    note.tried(make("i12", [2, 2], initializer=tf.constant_initializer([1.0, 2.0, 3.0, 4.0])))
    note.tried(make("i13", [2], initializer=tf.constant_initializer(2), dtype=tf.int32))
    note.tried(make("i14", [2], initializer=tf.glorot_uniform_initializer))
    note.tried(make("i15", [1], initializer=tf.constant_initializer([1.0, 2.0])))
    tf.Variable(1.0, name="made")
    note.tried(make("made", [2]))
    note.nodes(tf.get_default_graph())


def variable(tf, note):
    x = tf.placeholder(tf.float32, [None])
    first = tf.Variable([1.0, 2.0], name="v")
    made = [
        first, tf.Variable(3), tf.Variable(tf.zeros([2, 2])), tf.Variable(lambda: tf.ones([3]), name="from_function"),
        tf.Variable(1.0, trainable=False, name="y", dtype=tf.float64), tf.Variable("text"), tf.Variable(True),
        tf.Variable(np.zeros(2)), tf.Variable(first.initial_value * 2.0, name="q"), tf.Variable([1.0, 2.0], name="v"),
        tf.Variable(x, validate_shape=False, name="s"), tf.Variable(1.0, collections=["k"], name="c"),
    ]  # fmt: skip
    with tf.name_scope("scope"):
        made += [tf.Variable(1.0), tf.Variable(1.0, name="e")]
    with tf.variable_scope("variables"):
        made += [tf.Variable(1.0), tf.Variable(1.0)]
    with tf.control_dependencies([first.initializer]), tf.device("/cpu:0"):
        made.append(tf.Variable(1.0, name="placed"))
    for item in made:
        _properties(note, item)
    for name in ("variables", "trainable_variables", "k"):
        note(name, [item.name for item in tf.get_collection(name)])
    note.nodes(tf.get_default_graph())


def refused_by_variable(tf, note):
    def make(*args, **kwargs):
        return lambda: tf.Variable(*args, **kwargs)

    note.tried(make(), make(tf.placeholder(tf.float32, [None])), make(tf.placeholder(tf.float32)), make(None))
    note.tried(make(1.0, dtype=tf.int32), make(1.0, collections="abc"), make(lambda x: x), make(object()))
    note.tried(make([[1], [2, 3]]), make(1.0, name="a b"), make(tf.zeros([2]), dtype=tf.float64))
    note(tf.Variable(1, dtype=tf.float32).dtype, tf.Variable(np.zeros(2), dtype=tf.float32).dtype)


def as_python_values(tf, note):
    v = tf.Variable([1.0, 2.0], name="v")
    note.tried(lambda: bool(v), lambda: len(v), lambda: v == v, lambda: v == 1.0, lambda: {v: 1}[v], lambda: v in [v])
    note.tried(lambda: v.missing, lambda: hash(v) == hash(v))


def assignments(tf, note):
    v = tf.Variable([1.0, 2.0], name="v")
    made = [
        v.assign([3.0, 4.0]), v.assign_add([1.0, 1.0]), v.assign_sub([1.0, 1.0]), tf.assign(v, [1.0, 1.0]),
        tf.assign_add(v, [1.0, 1.0]), tf.assign(v, v * 2.0), tf.assign(v, [1.0, 2.0], name="named"),
        v.assign([1.0, 1.0], name="locked", use_locking=True), v.assign([1.0, 1.0], read_value=False),
        tf.assign_sub(v, [1.0, 1.0]), v.read_value(),
    ]  # fmt: skip
    for item in made:
        note(item, getattr(item, "dtype", None))
    note.tried(lambda: tf.assign(v, [1.0, 2.0, 3.0]), lambda: v.assign_add([1.0]), lambda: tf.assign(v, "a"))
    note.tried(lambda: tf.assign(v, [1, 2]), lambda: tf.convert_to_tensor(v, tf.int32))
    note.tried(lambda: tf.assign(v, [1.0, 2.0, 3.0], validate_shape=False).shape, lambda: v + "a")
    note.nodes(tf.get_default_graph())
    session = tf.Session()
    session.run(v.initializer)
    for item in made:
        note(session.run(item))


def operators(tf, note):
    v, m = tf.Variable([1.0, 2.0], name="v"), tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="m")
    array = np.ones(2, np.float32)
    made = [
        v + 1.0, 1.0 + v, v - v, 2.0 * v, v / 2.0, 1.0 / v, v // 2.0, v % 2.0, v**2.0, 2.0**v, -v, abs(v), v < 1.0,
        v <= v, v > 1.0, v >= 1.0, v[0], v[:1], m @ m, m[0, 1], tf.matmul(m, m), tf.add(v, v), tf.identity(v),
        tf.convert_to_tensor(v), tf.shape(v), tf.stack([v, v]), v + v.value(), v + array, array * v, v + 1, 1 - v,
    ]  # fmt: skip
    note.nodes(tf.get_default_graph())
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    for item in made:
        note(session.run(item))


def reading_and_loading(tf, note):
    v = tf.Variable([1.0, 2.0], name="v")
    session = tf.Session()
    v.load([9.0, 9.0], session)
    note.tried(lambda: v.eval(session), lambda: session.run(v), lambda: v.eval(), lambda: v.load([1.0], session))
    note.tried(lambda: v.load([1.0, 1.0]))
    with session.as_default():
        v.load([7.0, 7.0])
        note.tried(lambda: v.eval())


def initial_values_from_variables(tf, note):
    v = tf.Variable([1.0, 2.0], name="v")
    tf.Variable(v.initialized_value() * 2.0, name="w")
    tf.Variable(v * 2.0 + 1.0, name="u")
    tf.Variable(lambda: v + 1.0, name="from_function")
    tf.get_variable("x", initializer=v.initialized_value())
    note.nodes(tf.get_default_graph())
    for name in ("w", "u", "x", "from_function"):
        session = tf.Session()
        variable = next(item for item in tf.global_variables() if item.op.name == name)
        session.run(variable.initializer)
        note.tried(lambda: session.run(variable), lambda: session.run(v))
    session.run(v.assign([5.0, 6.0]))
    for variable in tf.global_variables()[1:]:
        session.run(variable.initializer)
        note.tried(lambda: session.run(variable))
