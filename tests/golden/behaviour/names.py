"""Unique names, name scopes, default graphs, seeds."""


def unique_names(tf, note):
    graph = tf.get_default_graph()
    note(*(graph.unique_name(name) for name in ("a", "a", "A", "a_1", "a", "b_1", "b", "b", "b")))
    note(graph.unique_name("a", mark_as_used=False), graph.unique_name("a"))
    with tf.name_scope("a") as scope:
        note(scope, graph.unique_name("x"), graph.unique_name("x"))


def nested_scopes(tf, note):
    with tf.name_scope("s") as outer:
        note(outer, tf.get_default_graph().get_name_scope())
        for name in ("t", None, "", "t", "u/v"):
            with tf.name_scope(name) as scope:
                note(scope, tf.constant(1).name, tf.no_op().name)
    for name in (outer, "s", "s/t/", "s/w", "S"):
        with tf.name_scope(name) as scope:
            note(scope, tf.constant(1).name, tf.identity(1.0, name="i").name)
    note(tf.get_default_graph().get_name_scope())


def scopes_after_an_error(tf, note):
    try:
        with tf.name_scope("q"):
            raise KeyError
    except KeyError:
        note(tf.get_default_graph().get_name_scope(), tf.no_op(name="n").name)


def valid_names(tf, note):
    def opened(*names):
        with tf.name_scope(names[0]):
            if len(names) == 1:
                return tf.get_default_graph().get_name_scope()
            with tf.name_scope(names[1]) as scope:
                return scope

    for name in (
        "_x",
        "a b",
        "-x",
        "x:0",
        "^x",
        ".x",
        "9x",
        "/x",
        "x//y",
        "x/",
        "ä",
        "x>y",
        "x.y",
        "x\\y",
        "x-y",
        "a_",
    ):
        note.tried(lambda: opened(name), lambda: opened("in", name), lambda: tf.no_op(name=name).name)


def scope_objects(tf, note):
    value = tf.constant(1)
    for arguments in ((None, "given", [value]), (None, "given", []), ("name", "given"), ("name", None, [value])):
        with tf.name_scope(*arguments) as scope:
            note(scope)
    note.tried(lambda: tf.name_scope(None, None, [value]).__enter__(), lambda: tf.name_scope(None, 3).__enter__())
    other = tf.Graph()
    with other.as_default():
        theirs = tf.constant(1)
    with tf.name_scope("name", "given", [theirs]) as scope:
        note(scope, tf.get_default_graph() is other)
    note.tried(lambda: tf.name_scope("name", "given", [theirs, value]).__enter__())


def exact_names(tf, note):
    with tf.get_default_graph().name_scope("x"):
        tf.constant(1.0)
    note.tried(lambda: tf.identity(1.0, name="again/").name, lambda: tf.identity(1.0, name="again/").name)
    note(tf.constant(1.0, name="x/Const").name)
    note.nodes(tf.get_default_graph())


def default_graphs(tf, note):
    import threading

    first = tf.get_default_graph()
    with tf.Graph().as_default() as second:
        note(tf.get_default_graph() is second)
        note.tried(tf.reset_default_graph)
        seen = []
        thread = threading.Thread(target=lambda: seen.append(tf.get_default_graph() in (first, second)))
        thread.start()
        thread.join()
        note(seen)
        with first.as_default():
            note(tf.get_default_graph() is first)
        note(tf.get_default_graph() is second)
    note(tf.get_default_graph() is first, tf.get_default_session())
    with tf.Session() as session:
        note(tf.get_default_session() is session, tf.get_default_graph() is first)
    note(tf.get_default_session())


def finalized(tf, note):
    graph = tf.get_default_graph()
    tf.constant(1)
    note(graph.finalized)
    graph.finalize()
    note(graph.finalized, graph.unique_name("x"))
    note.tried(lambda: tf.constant(1), lambda: tf.add_to_collection("k", 1), lambda: graph.clear_collection("k"))
    note.tried(lambda: tf.set_random_seed(3), lambda: graph.get_collection_ref("new"))


def seeds(tf, note):
    note(tf.get_seed(None), tf.get_seed(3), tf.get_seed(0))
    tf.set_random_seed(7)
    note(tf.get_seed(None), tf.get_seed(None), tf.get_seed(5), tf.get_seed(0), tf.get_seed(None))
    tf.set_random_seed(0)
    note(tf.get_seed(0), tf.get_seed(None), tf.get_seed(2**31 - 1), tf.get_seed(2**31), tf.get_seed(2**40))
    note(tf.get_seed(-1))
    tf.set_random_seed(2**31 - 1)
    note(tf.get_seed(0), tf.get_seed(2**31 - 1))
    tf.set_random_seed(None)
    note(tf.get_seed(None))
    tf.get_default_graph().seed = 4
    note(tf.get_seed(1), tf.get_default_graph().seed)
