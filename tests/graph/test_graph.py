import threading

import pytest

import convflow as tf
from convflow.graph.check import check_nodes


@pytest.fixture
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def test_threads_have_name_scopes_of_their_own(graph):
    inside, leave, names = threading.Event(), threading.Event(), []

    def build():
        with graph.as_default(), tf.name_scope("theirs"):
            inside.set()
            leave.wait()
            names.append(tf.no_op(name="n").name)

    thread = threading.Thread(target=build)
    thread.start()
    inside.wait()
    with tf.name_scope("mine"):
        names.append(tf.no_op(name="n").name)
        leave.set()
        thread.join()
    assert names == ["mine/n", "theirs/n"]


def test_blocks_can_be_a_threads_own(graph):
    graph.switch_to_thread_local()
    placed = []

    def build():
        with graph.as_default():
            placed.append(tf.no_op().device)

    with tf.device("/gpu:0"):
        thread = threading.Thread(target=build)
        thread.start()
        thread.join()
        placed.append(tf.no_op().device)
    assert placed == ["", "/device:GPU:0"]


def test_containers(graph):
    with graph.container("box"):
        variable = tf.Variable(1.0)
    assert variable.op.get_attr("container") == b"box"
    assert variable.initializer.node_def.attr.get("container") is None


def test_inputs_of_two_graphs_are_named_with_their_lines(graph):
    with tf.Graph().as_default():
        foreign = tf.constant(1.0, name="foreign")
    with pytest.raises(
        ValueError, match=r"(?s)must be from the same graph as .*foreign was made at .*test_graph.py:\d+"
    ):
        tf.add(foreign, tf.constant(2.0, name="own"))


def test_names_that_are_none():
    with pytest.raises(ValueError, match=r"'a b' is not a valid scope name: letters, digits"):
        tf.no_op(name="a b")


def test_a_missing_node_suggests_similar_ones(graph):
    tf.constant(1.0, name="accuracy")
    with pytest.raises(
        KeyError, match=r"'accuarcy:0' refers to a Tensor which does not exist.*Similar names: accuracy"
    ):
        graph.get_tensor_by_name("accuarcy:0")
    with pytest.raises(ValueError, match=r"Did you mean 'accuracy:0'"):
        graph.get_tensor_by_name("accuracy")


def test_refused_shapes_name_the_node_and_the_line(graph):
    a, b = tf.zeros([2, 3]), tf.zeros([4, 5])
    with pytest.raises(
        ValueError, match=r"(?s)for 'product' \(op: 'MatMul'\) with input shapes: \(2, 3\), \(4, 5\).*"
    ) as caught:
        tf.matmul(a, b, name="product")
    assert "test_graph.py:" in str(caught.value)


def test_finalized_graphs_stay(graph):
    graph.finalize()
    with pytest.raises(RuntimeError, match="Graph is finalized and cannot be modified"):
        tf.no_op()


def test_traceback_is_the_users(graph):
    op = tf.identity(1.0).op
    last = op.traceback[-1]
    assert (last.filename, last.name) == (__file__, "test_traceback_is_the_users")
    assert last[1] == last.lineno
    assert "tf.identity(1.0)" in last.line


def test_graph_is_well_formed(graph):
    x = tf.placeholder(tf.float32, [None, 3])
    with tf.control_dependencies([x]):
        tf.gradients(tf.reduce_sum(tf.matmul(x, tf.Variable(tf.zeros([3, 2])))), tf.trainable_variables())
    check_nodes(graph.get_operations())
    with pytest.raises(ValueError, match="which is not made before it"):
        check_nodes(reversed(graph.get_operations()))


def test_graph_def_from_a_version_on(graph):
    tf.constant(1.0, name="a")
    version = graph.version
    tf.constant(1.0, name="b")
    assert [node.name for node in graph.as_graph_def(from_version=version).node] == ["b"]


def test_override_map_is_of_texts(graph):
    with pytest.raises(TypeError, match=r"op_type_map must be a dictionary mapping strings to strings, got 'x'"):
        graph.gradient_override_map("x").__enter__()
