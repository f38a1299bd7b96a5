"""Sessions: what can be fetched and fed."""

import collections

import numpy as np

Pair = collections.namedtuple("Pair", "left right")


def _graph(tf):
    x = tf.placeholder(tf.float32, [None], name="x")
    return x, tf.add(x * 2.0, 1.0, name="z"), tf.no_op(name="n"), tf.constant([1, 2], name="c")


def fetches(tf, note):
    x, z, n, c = _graph(tf)
    structures = [
        z, [z], (z, c), {"a": z, "b": [c, {"d": c}]}, Pair(z, c), collections.OrderedDict([("k", z), ("j", c)]), "z:0",
        ["z:0", "n", n, "c:0"], n, [], {}, (), [[], ()], [z, z, "z:0"], "z", "zz:0", "zz", None, [z, None], 3, z.op,
        [n, n], x, {"a": n}, (z,), [(z,), [[z]]], collections.defaultdict(list, {"a": z}), {z},
    ]  # fmt: skip
    with tf.Session() as session:
        for structure in structures:
            note.tried(lambda: session.run(structure, {x: [1.0, 2.0]}))


def kinds_of_values(tf, note):
    makes = (
        tf.constant(3.0), tf.constant("hi"), tf.constant(["hi"]), tf.constant(True), tf.constant([True]),
        tf.constant(2, tf.uint8), tf.constant([], tf.string), tf.constant(1, tf.int64), tf.constant(1 + 2j),
        tf.constant([1.5], tf.bfloat16),
    )  # fmt: skip
    with tf.Session() as session:
        for tensor in makes:
            value = session.run(tensor)
            note(value, type(value).__name__, str(getattr(value, "dtype", None)))


def feed_keys(tf, note):
    x, z, _, c = _graph(tf)
    with tf.Graph().as_default():
        foreign = tf.constant(1.0, name="o")
    feeds = [
        {"x:0": [1.0]}, {"x": [1.0]}, {"nope:0": 1}, {3: 1}, {x.op: [1.0]}, {None: 1}, {foreign: 1.0}, {x: None}, None,
        {}, [1], {(x, c): (np.ones(1), np.ones(2))}, {(x, c): ([1.0],)}, {x: [1.0], c: [7, 7]},
    ]  # fmt: skip
    with tf.Session() as session:
        for feed in feeds:
            note.tried(lambda: session.run([z, c], feed))


def _fed(tf, note, placeholder, values):
    read = tf.identity(placeholder)
    with tf.Session() as session:
        for value in values:
            note.tried(lambda: session.run(read, {placeholder: value}))


def feeding_floats(tf, note):
    _fed(tf, note, tf.placeholder(tf.float32, [None, 2], name="x"), [
        [[1, 2]], [1, 2], [[1, 2, 3]], 1, np.ones((3, 2)), np.ones((2, 3)), np.ones((0, 2)), [], [[1, "a"]], "a", None,
        [[1], [2, 3]], np.ones((2, 2), np.int64), tf.constant([[1.0, 2.0]]), [[True, False]], np.array([["1", "2"]]),
        [[None, 1]], np.ones((2, 2, 2)), [np.ones(2), np.zeros(2)], np.ones((2, 4), np.float32)[:, ::2],
        np.ones((2, 2), ">f4"), np.ones((2, 2), np.float32).T,
    ])  # fmt: skip


def feeding_integers(tf, note):
    _fed(tf, note, tf.placeholder(tf.int32, name="i"), [
        1, 1.5, 1.0, True, 2**31, -(2**31), 2**40, "1", [1, 2], [1.5], np.float32(1.5), np.array([1.7]), np.int64(5),
        np.uint8(3), None, "a",
    ])  # fmt: skip
    _fed(tf, note, tf.placeholder(tf.int64, [2]), [[1, 2], [1.5, 2], [2**62, 1], (1, 2), [1], [True, False], range(2)])
    _fed(tf, note, tf.placeholder(tf.uint8), [255, 256, -1, 1.5])


def feeding_other_types(tf, note):
    _fed(tf, note, tf.placeholder(tf.string, name="s"), [
        "a", b"a", ["a", b"b"], np.array(["x", "yy"]), np.array([b"x", b"y"]), [b"x\0"], "é", [["é"]], np.str_("q"),
        np.array(["a"], object),
    ])  # fmt: skip
    _fed(tf, note, tf.placeholder(tf.bool, []), [True, 1, 0, "a", np.bool_(True), [True], None, 2.5, np.array(1)])
    _fed(tf, note, tf.placeholder(tf.float16), [1, 1e10, [1.5]])
    _fed(tf, note, tf.placeholder(tf.complex64), [1, 1j, [1 + 2j]])
    _fed(tf, note, tf.placeholder(tf.bfloat16), [1, 1.5])
    _fed(tf, note, tf.placeholder(tf.float64), [1, 1.5, np.float32(1.5)])


def feeding_any_tensor(tf, note):
    a = tf.constant([1.0, 2.0], name="a")
    b = a * 2.0
    c = b + 1.0
    v = tf.Variable([1.0, 2.0], name="v")
    w = v * 3.0
    assigned, added = v.assign([5.0, 5.0]), v.assign_add([5.0, 5.0])
    with tf.control_dependencies([a]):
        after = tf.identity(b)
    runs = [
        (c, {b: [10.0, 20.0]}), (c, {a: [5.0, 6.0]}), ([a, b, c], {b: [0.0, 0.0]}), (w, {v: [7.0, 8.0]}),
        (w, {v.value(): [7.0, 8.0]}), ([v, w], {v: [7.0, 8.0]}), (v, {}), (c, {c: [9.0, 9.0]}),
        ([c, a], {c: [9.0, 9.0]}), (c, {b: [1.0]}), (c, {b: [1.0, 2.0, 3.0]}), (w, {v: [1.0]}), (assigned, {}),
        (assigned, {v: [1.0, 1.0]}), (added, {v: [1.0, 1.0]}), (v, None), (added, {}), (v, None),
        (v.initializer, {v.initial_value: [3.0, 3.0]}), (v, None), ([after, a], {a: [0.0, 0.0]}), (after, {a: [0.0, 0.0]}),
    ]  # fmt: skip
    session = tf.Session()
    session.run(v.initializer)
    for fetch, feed in runs:
        note.tried(lambda: session.run(fetch, feed))
    tf.get_default_graph().prevent_feeding(a)
    tf.get_default_graph().prevent_fetching(b.op)
    note.tried(lambda: session.run(c, {a: [1.0, 1.0]}), lambda: session.run(b), lambda: session.run(b.op))
    note.tried(lambda: session.run(c))


def placeholders(tf, note):
    x, y = tf.placeholder(tf.float32, [2], name="x"), tf.placeholder(tf.float32, name="y")
    given = tf.placeholder_with_default([1.0, 2.0], [None])
    session = tf.Session()
    for fetch, feed in (
        (x + 1.0, {}),
        (x + y, {x: [1.0, 2.0]}),
        (x, {}),
        (given * 2.0, {}),
        (given * 2.0, {given: [5.0]}),
    ):
        note.tried(lambda: session.run(fetch, feed))


def uninitialized(tf, note):
    v, w = tf.Variable(1.0, name="v"), tf.get_variable("w", [2])
    read = v + 1.0
    session = tf.Session()
    for fetch in (v, read, w, [read, w], v.assign_add(1.0), tf.is_variable_initialized(v), v.initializer, read, w):
        note.tried(lambda: session.run(fetch))
    note.tried(lambda: session.run(tf.is_variable_initialized(v)), lambda: tf.Session().run(v))


def failing_nodes(tf, note):
    x, y = tf.placeholder(tf.float32, name="x"), tf.placeholder(tf.float32, name="y")
    total, product = tf.add(x, y, name="total"), tf.matmul(x, y, name="product")
    shaped = tf.reshape(x, [3, -1], name="shaped")
    w = tf.Variable([1.0, 2.0], name="w")
    assigned = tf.assign(w, x)
    wide = {x: np.ones((2, 3)), y: np.ones((4, 5))}
    session = tf.Session()
    note.tried(lambda: session.run(total, wide), lambda: session.run(product, wide))
    note.tried(lambda: session.run(shaped, {x: np.ones(4)}), lambda: session.run(product, {x: [1.0], y: [1.0]}))
    note.tried(lambda: session.run(assigned, {x: [1.0, 2.0, 3.0]}), lambda: session.run(assigned, {x: [3.0, 4.0]}))
    try:
        session.run(total, wide)
    except tf.errors.InvalidArgumentError as error:
        note(error.op.name, error.node_def.name, error.error_code, isinstance(error, tf.errors.OpError))


def default_sessions(tf, note):
    a = tf.constant(1.0)
    n = tf.no_op()
    note.tried(lambda: a.eval(), lambda: n.run(), lambda: a.eval(session=tf.Session()))
    interactive = tf.InteractiveSession()
    b = a + 1.0
    note.tried(lambda: a.eval(), lambda: b.eval({a: 5.0}), lambda: n.run())
    note(tf.get_default_session() is interactive)
    interactive.close()
    note.tried(lambda: a.eval(), lambda: interactive.run(a))
    session = tf.Session()
    with session.as_default() as same:
        note(same is session, a.eval())
    note(session.run(a))
    with session:
        note(a.eval(), tf.get_default_graph() is session.graph)
    note.tried(lambda: session.run(a), lambda: a.eval(session=session), lambda: session.close())


def other_graphs(tf, note):
    x, z, n, _ = _graph(tf)
    with tf.Graph().as_default() as other:
        foreign, node = tf.constant(1.0, name="o"), tf.no_op(name="on")
    with tf.Session() as session:
        note.tried(lambda: session.run(foreign), lambda: session.run(node), lambda: session.run([z, foreign]))
        note.tried(lambda: foreign.eval(), lambda: node.run(), lambda: foreign.eval(session=session))
    with tf.Session(graph=other) as session:
        note(tf.get_default_graph() is other)
        note.tried(lambda: foreign.eval(), lambda: n.run())


def making_sessions(tf, note):
    tf.constant(1.0, name="first")
    note.tried(lambda: tf.Session(graph=3), lambda: tf.Session(config=3))
    note.tried(lambda: tf.Session(graph=tf.Graph()).run("x"), lambda: tf.Session(graph=tf.Graph()).run([]))
    session = tf.Session()
    note(session.graph is tf.get_default_graph(), session.graph_def.node[0].name)


def callables(tf, note):
    a = tf.constant(1.0)
    b = a + 1.0
    session = tf.Session()
    add = session.make_callable([b, b * 2.0], [a])
    note.tried(lambda: add(5.0), lambda: session.make_callable(b)())
    note.tried(lambda: session.make_callable({"q": b, "w": [a]})(), lambda: session.make_callable(b.op)())
    note.tried(lambda: session.make_callable(3))
