"""Iterators in checkpoints: what follows after restoring is what followed after saving."""

import numpy as np
import pytest
from tensorboard.compat.proto.tensor_pb2 import VariantTensorDataProto

import convflow as tf
from convflow.formats.bundle import BundleReader, BundleWriter
from convflow.modeling.saveable_object import SaveableObject, SaveSpec

Dataset = tf.data.Dataset
make_saveable = tf.data.experimental.make_saveable_from_iterator


def counted(calls):
    def count(x):
        calls.append(int(x))
        return x

    return count


PIPELINES = {
    "numbers": lambda: Dataset.range(30),
    "seeded": lambda: Dataset.range(10).shuffle(5, seed=1).repeat(3),
    "not seeded": lambda: Dataset.range(10).shuffle(10).repeat(3),
    "functions": lambda: Dataset.range(60).filter(lambda x: x % 2 > 0).map(lambda x: x * x).prefetch(2),
    "parallel": lambda: Dataset.range(30).map(lambda x: x + 1, num_parallel_calls=3).prefetch(1),
    "batches": lambda: Dataset.range(90).shuffle(90).map(lambda x: x * 2).batch(3).prefetch(1),
    "nested": lambda: Dataset.range(30).flat_map(lambda x: Dataset.range(3).shuffle(3)).prefetch(3),
    "interleaved": lambda: Dataset.range(6).interleave(lambda x: Dataset.range(9).shuffle(9), 3, 2),
    "windows": lambda: Dataset.range(40).window(3, 1).flat_map(lambda window: window.batch(3)),
    "random": lambda: tf.data.experimental.RandomDataset().take(30),
    "sampled": lambda: tf.data.experimental.sample_from_datasets([Dataset.range(20), Dataset.range(100, 120)]),
    "cached": lambda: Dataset.range(8).shuffle(8).cache().repeat(4),
    "grouped": lambda: Dataset.range(90).apply(
        tf.data.experimental.group_by_window(lambda x: x % 2, lambda key, window: window.batch(4), 4)
    ),
}


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.mark.parametrize("name", PIPELINES)
def test_a_restored_iterator_goes_on_where_it_stood(name, tmp_path):
    iterator = PIPELINES[name]().make_initializable_iterator()
    element = iterator.get_next()
    saver = tf.train.Saver([make_saveable(iterator)])
    read = lambda session, count: [session.run(element).tolist() for _ in range(count)]  # noqa: E731
    with tf.Session() as session:
        session.run(iterator.initializer)
        read(session, 7)
        prefix = saver.save(session, str(tmp_path / "input"))
        after = read(session, 5)
        saver.restore(session, prefix)
        assert read(session, 5) == after
    with tf.Session() as session:
        session.run(iterator.initializer)
        saver.restore(session, prefix)
        assert read(session, 5) == after


def test_the_end_is_restored(tmp_path):
    iterator = Dataset.range(2).make_one_shot_iterator()
    element = iterator.get_next()
    tf.add_to_collection(tf.GraphKeys.SAVEABLE_OBJECTS, make_saveable(iterator))
    saver = tf.train.Saver()
    with tf.Session() as session:
        assert [session.run(element) for _ in range(2)] == [0, 1]
        prefix = saver.save(session, str(tmp_path / "input"))
        with pytest.raises(tf.errors.OutOfRangeError):
            session.run(element)
    with tf.Session() as session:
        saver.restore(session, prefix)
        with pytest.raises(tf.errors.OutOfRangeError):
            session.run(element)


def test_functions_are_not_called_again_for_what_is_left_out(tmp_path):
    calls = []
    data = Dataset.range(20).map(lambda x: tf.py_func(counted(calls), [x], tf.int64)).batch(2)
    iterator = data.make_initializable_iterator()
    element = iterator.get_next()
    saver = tf.train.Saver([make_saveable(iterator, "ignore")])
    with tf.Session() as session:
        session.run(iterator.initializer)
        session.run([element])
        session.run([element])
        prefix = saver.save(session, str(tmp_path / "input"))
        session.run(iterator.initializer)
        calls.clear()
        saver.restore(session, prefix)
        assert session.run(element).tolist() == [4, 5]
        assert calls == [4, 5]


def test_elements_that_failed_are_passed_over_again(tmp_path):
    data = Dataset.range(6).map(lambda x: tf.gather([7], 9 * tf.cast(tf.equal(x, 1), tf.int32)) + tf.cast(x, tf.int32))
    iterator = data.make_initializable_iterator()
    element = iterator.get_next()
    saver = tf.train.Saver([make_saveable(iterator)])
    with tf.Session() as session:
        session.run(iterator.initializer)
        assert session.run(element) == 7
        with pytest.raises(tf.errors.InvalidArgumentError):
            session.run(element)
        prefix = saver.save(session, str(tmp_path / "input"))
        saver.restore(session, prefix)
        assert session.run(element) == 9


@pytest.mark.parametrize(
    ("build", "node"),
    [
        (lambda: Dataset.range(3).map(lambda x: tf.random_uniform([]) + tf.cast(x, tf.float32)), "RandomUniform"),
        (lambda: Dataset.from_generator(lambda: iter(range(3)), tf.int64), "PyFunc"),
    ],
)
def test_functions_with_state_are_refused(build, node, tmp_path):
    iterator = build().make_initializable_iterator()
    saver = tf.train.Saver([make_saveable(iterator)])
    with tf.Session() as session:
        session.run(iterator.initializer)
        with pytest.raises(tf.errors.FailedPreconditionError, match=f"{node} is stateful.*external_state_policy"):
            saver.save(session, str(tmp_path / "input"))
        warned = tf.train.Saver([make_saveable(iterator, "warn")])
        warned.save(session, str(tmp_path / "input"))


def test_an_iterator_must_be_initialized(tmp_path):
    iterator = Dataset.range(3).make_initializable_iterator()
    saver = tf.train.Saver([make_saveable(iterator)])
    path = str(tmp_path / "input")
    with tf.Session() as session:
        with pytest.raises(tf.errors.FailedPreconditionError, match=r"Save\(\) failed because the iterator has not"):
            saver.save(session, path)
        session.run(iterator.initializer)
        saver.save(session, path)
    with (
        tf.Session() as session,
        pytest.raises(tf.errors.FailedPreconditionError, match=r"Restore\(\) failed because the iterator has not"),
    ):
        saver.restore(session, path)


def test_what_is_no_policy():
    iterator = Dataset.range(3).make_initializable_iterator()
    with pytest.raises(ValueError, match=r"Supported values include 'warn', 'ignore', and 'fail.' Received no"):
        make_saveable(iterator, "no")


def test_the_nodes_are_tensorflows(graph):
    iterator = Dataset.range(10).make_initializable_iterator()
    saveable = make_saveable(iterator)
    (spec,) = saveable.specs
    assert (saveable.name, spec.name, spec.slice_spec) == ("IteratorV2:0", "IteratorV2:0_STATE", "")
    assert (spec.tensor.name, spec.tensor.dtype, spec.tensor.shape.as_list()) == (
        "SerializeIterator:0",
        tf.variant,
        [None],
    )
    tf.train.Saver([saveable])
    restore = graph.get_operation_by_name("save/DeserializeIterator")
    assert [tensor.name for tensor in restore.inputs] == ["IteratorV2:0", "save/RestoreV2:0"]


def test_another_librarys_iterator_is_refused(tmp_path):
    prefix = str(tmp_path / "input")
    items = np.empty(1, object)
    items[0] = VariantTensorDataProto(type_name="tensorflow::Iterator").SerializeToString()
    with BundleWriter(prefix) as writer:
        writer.add("IteratorV2:0_STATE", items, tf.variant)
    iterator = Dataset.range(3).make_initializable_iterator()
    saver = tf.train.Saver([make_saveable(iterator)])
    with tf.Session() as session:
        session.run(iterator.initializer)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"it is of type 'tensorflow::Iterator'. Restore what"):
            saver.restore(session, prefix)


def test_variants_in_checkpoints(tmp_path):
    prefix = str(tmp_path / "variants")
    items = np.array([b"", b"x" * 200, b"abc"], object)
    with BundleWriter(prefix) as writer:
        writer.add("v", items, tf.variant)
    reader = BundleReader(prefix)
    assert (reader.dtype("v"), reader.shape("v").as_list()) == (tf.variant, [3])
    assert reader.read("v").tolist() == items.tolist()
    data = tmp_path / "variants.data-00000-of-00001"
    whole = data.read_bytes()
    data.write_bytes(whole[:-10] + b"?" + whole[-9:])
    with pytest.raises(tf.errors.DataLossError, match="tensor v: the checksum"):
        BundleReader(prefix).read("v")


def test_objects_of_a_programs_own_are_saved(tmp_path):
    class Doubled(SaveableObject):
        def __init__(self, variable):
            spec = SaveSpec(variable * 2, "", "twice")
            super().__init__(variable.op, [spec, SaveSpec(variable * 3, "", "thrice")], "both")
            self.variable = variable

        def restore(self, restored_tensors, restored_shapes):
            return self.variable.assign(tf.reshape(restored_tensors[0] + restored_tensors[1], []))

    variable = tf.Variable(1.0)
    other = tf.Variable(7.0)
    saver = tf.train.Saver([other, Doubled(variable)])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        prefix = saver.save(session, str(tmp_path / "own"))
        assert [name for name, _ in tf.train.list_variables(prefix)] == ["Variable_1", "thrice", "twice"]
        saver.restore(session, prefix)
        assert session.run([variable, other]) == [5.0, 7.0]
