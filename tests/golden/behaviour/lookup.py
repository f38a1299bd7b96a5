"""Collections, and finding nodes by name."""


def collections(tf, note):
    names = ("s/a", "s2/a", "t/s/a")
    for item in (*(tf.constant(1.0, name=name) for name in names), "text", 3):
        tf.add_to_collection("k", item)
    for scope in ("s", "s/", "t", ".*s/", "a", "", None, "s2?/"):
        note(scope, [getattr(item, "name", item) for item in tf.get_collection("k", scope)])
    note(tf.get_collection("none"), tf.get_default_graph().get_all_collection_keys())


def collection_references(tf, note):
    graph = tf.get_default_graph()
    tf.get_collection_ref("k").append(1)
    tf.get_collection("k").append(5)
    note(tf.get_collection("k"), graph.get_all_collection_keys())
    tf.add_to_collections(["x", "x"], 1)
    tf.add_to_collections("z", 2)
    tf.add_to_collections(("p",), 2)
    tf.add_to_collection(("tuple",), 1)
    note([tf.get_collection(name) for name in "xzp"], tf.get_collection(("tuple",)))
    graph.clear_collection("x")
    note(tf.get_collection("x"), graph.get_all_collection_keys(), graph.collections)


def collection_names(tf, note):
    for name in sorted(name for name in dir(tf.GraphKeys) if name.isupper() and name[0] != "_" and name != "VARIABLES"):
        note(name, getattr(tf.GraphKeys, name))


def elements(tf, note):
    graph = tf.get_default_graph()
    value, node = tf.constant([1.0, 2.0], name="a"), tf.no_op(name="n")
    with tf.Graph().as_default():
        foreign = tf.constant(1.0, name="o")
    wanted = [
        "a", "a:0", "a:1", "n", "n:0", "zz", "zz:0", "a:b", "a:", "^a", ":0", "a:0:0", 3, None, value, value.op,
        foreign, foreign.op, b"a:0", b"a", "a:00",
    ]  # fmt: skip
    for find in (graph.get_tensor_by_name, graph.get_operation_by_name, graph.as_graph_element):
        for item in wanted:
            note.tried(lambda: find(item).name)
    note.tried(
        lambda: graph.as_graph_element(value, allow_tensor=False),
        lambda: graph.as_graph_element(value.op, allow_operation=False),
        lambda: graph.as_graph_element("a", allow_operation=False),
        lambda: graph.as_graph_element("a:0", allow_tensor=False),
        lambda: graph.as_graph_element("a:0", False, False),
        lambda: graph.as_graph_element(value, False, False),
    )
    note(graph.is_feedable(value), graph.is_fetchable(value), graph.is_fetchable(node))
    graph.prevent_feeding(value)
    graph.prevent_fetching(node)
    note(graph.is_feedable(value), graph.is_fetchable(value), graph.is_fetchable(node))
    note(graph.version, graph.seed, graph.building_function)
