import threading

import numpy as np
import pytest

from convflow.core import dtypes, errors
from convflow.graph.graph import Graph
from convflow.input import iterators
from convflow.input.dataset import Dataset
from convflow.input.iterators import Iterator
from convflow.ops.array.placeholder import placeholder
from convflow.runtime.session import Session


class TestStarting:
    def test_an_unstarted_iterator_says_how_to_start_it(self):
        element = Dataset.range(2).make_initializable_iterator().get_next()
        message = r"the iterator has not been initialized.*IteratorV2 is started by session.run\(iterator.initia"
        with Session() as session, pytest.raises(errors.FailedPreconditionError, match=message) as caught:
            session.run(element)
        assert caught.value.op.name == "IteratorGetNext"

    def test_the_end_names_the_node(self):
        iterator = Dataset.range(1).make_initializable_iterator()
        element = iterator.get_next()
        with Session() as session:
            for _ in range(2):
                session.run(iterator.initializer)
                assert session.run(element) == 0
                for _ in range(2):
                    with pytest.raises(errors.OutOfRangeError, match=r"^End of sequence\n.*IteratorGetNext"):
                        session.run(element)

    def test_a_reinitializable_iterator_goes_from_one_dataset_to_another(self):
        first, second = Dataset.range(5).batch(2), Dataset.range(7, 9).batch(2)
        iterator = Iterator.from_structure(first.output_types, first.output_shapes)
        element = iterator.get_next()
        to_first, to_second = iterator.make_initializer(first), iterator.make_initializer(second)
        with Session() as session:
            session.run(to_first)
            assert session.run(element).tolist() == [0, 1]
            session.run(to_second)
            assert session.run(element).tolist() == [7, 8]
            session.run(to_first)
            assert session.run(element).tolist() == [0, 1]

    def test_a_one_shot_iterator_starts_by_itself_in_each_session(self):
        element = iterators.make_one_shot_iterator(Dataset.range(3).batch(2)).get_next()
        for _ in range(2):
            with Session() as session:
                assert session.run(element).tolist() == [0, 1]
                assert session.run(element).tolist() == [2]
                with pytest.raises(errors.OutOfRangeError):
                    session.run(element)

    def test_a_one_shot_iterators_node_can_be_written(self, graph):
        Dataset.range(3).make_one_shot_iterator()
        node = graph.get_operation_by_name("OneShotIterator").node_def
        assert node.attr["dataset_factory"].func.name.startswith("_make_dataset_")

    def test_a_one_shot_iterator_takes_no_placeholder(self):
        data = Dataset.from_tensor_slices(placeholder(dtypes.float32, [3], name="images"))
        message = r"Cannot capture a placeholder \(name:images, .*Use make_initializable_iterator"
        with pytest.raises(ValueError, match=message):
            data.make_one_shot_iterator()

    def test_a_one_shot_iterator_takes_no_state(self):
        other = Dataset.range(3).make_one_shot_iterator().get_next()
        message = r"Cannot capture a stateful node \(name:OneShotIterator, .*Use make_initializable_iterator"
        with pytest.raises(ValueError, match=message):
            Dataset.from_tensors(other).make_one_shot_iterator()

    @pytest.mark.parametrize(
        "make",
        [lambda: Iterator.from_structure(dtypes.int64), lambda: Dataset.range(1).make_one_shot_iterator()],
    )
    def test_some_iterators_have_no_initializer(self, make):
        with pytest.raises(ValueError, match=r"does not have an initializer.*make_initializer"):
            make().initializer  # noqa: B018


class TestReading:
    def test_one_run_sees_one_element(self):
        iterator = Dataset.range(9).make_initializable_iterator()
        one, other = iterator.get_next(), iterator.get_next()
        with Session() as session:
            session.run(iterator.initializer)
            assert session.run([one, one]) == [0, 0]
            assert sorted(session.run([one, other])) == [1, 2]

    def test_iterators_with_a_shared_name_are_one(self):
        first = Dataset.range(5).make_initializable_iterator(shared_name="shared")
        second = Iterator.from_structure(dtypes.int64, [], shared_name="shared")
        one, other = first.get_next(), second.get_next()
        with Session() as session:
            session.run(first.initializer)
            assert [session.run(tensor) for tensor in (one, other, one)] == [0, 1, 2]

    def test_iterators_with_a_shared_name_have_one_structure(self):
        first = Dataset.range(5).make_initializable_iterator(shared_name="shared")
        other = Iterator.from_structure(dtypes.float32, [], shared_name="shared").get_next()
        message = r"The iterator shared gives int64 \(\), expected float32 \(\)"
        with Session() as session:
            session.run(first.initializer)
            with pytest.raises(errors.InvalidArgumentError, match=message):
                session.run(other)

    def test_iterators_of_one_dataset_are_independent(self):
        data = Dataset.range(20).shuffle(20, seed=3)
        both = [data.make_initializable_iterator() for _ in range(2)]
        elements = [iterator.get_next() for iterator in both]
        with Session() as session:
            session.run([iterator.initializer for iterator in both])
            read = [session.run(elements) for _ in range(20)]
        assert [one for one, _ in read] == [other for _, other in read]

    def test_threads_may_share_an_iterator(self):
        iterator = Dataset.range(200).shuffle(50).make_initializable_iterator()
        element, seen = iterator.get_next(), []
        with Session() as session:
            session.run(iterator.initializer)

            def read():
                for _ in range(50):
                    seen.append(int(session.run(element)))

            threads = [threading.Thread(target=read) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert sorted(seen) == list(range(200))

    def test_an_element_that_breaks_the_promised_shape_is_refused(self):
        data = Dataset.from_tensors(placeholder(dtypes.float32, name="x"))
        iterator = Iterator.from_structure(dtypes.float32, [None, 2])
        element, start = iterator.get_next(), iterator.make_initializer(data)
        with Session() as session:
            session.run(start, {"x:0": np.zeros((3, 2))})
            assert session.run(element).shape == (3, 2)
            session.run(start, {"x:0": np.zeros((3, 4))})
            message = r"has the components float32 \(3, 4\), expected float32 \(\?, 2\)"
            with pytest.raises(errors.InvalidArgumentError, match=message):
                session.run(element)

    def test_reading_in_a_loop_warns(self):
        iterator = Dataset.range(9).make_initializable_iterator()
        for _ in range(32):
            iterator.get_next()
        with pytest.warns(UserWarning, match="called 33 times. Each call adds a node"):
            iterator.get_next()


class TestFeedableIterators:
    def test_a_handle_chooses_the_iterator(self):
        first = Dataset.range(3).make_one_shot_iterator()
        second = Dataset.range(10, 13).make_initializable_iterator()
        handle = placeholder(dtypes.string, [])
        element = Iterator.from_string_handle(handle, dtypes.int64, []).get_next()
        with Session() as session:
            handles = session.run([first.string_handle(), second.string_handle()])
            session.run(second.initializer)
            read = [session.run(element, {handle: handles[which]}) for which in (0, 1, 0)]
        assert read == [0, 10, 1]

    def test_a_handle_of_nothing_is_refused(self):
        handle = placeholder(dtypes.string, [])
        element = Iterator.from_string_handle(handle, dtypes.int64, []).get_next()
        message = "b'elsewhere' is not the handle of an iterator of this session"
        with Session() as session, pytest.raises(errors.InvalidArgumentError, match=message):
            session.run(element, {handle: "elsewhere"})

    def test_a_handle_of_another_structure_is_refused(self):
        other = Dataset.from_tensors(1.5).make_one_shot_iterator()
        handle = placeholder(dtypes.string, [])
        element = Iterator.from_string_handle(handle, dtypes.int64, []).get_next()
        with Session() as session:
            fed = session.run(other.string_handle())
            with pytest.raises(errors.InvalidArgumentError, match=r"gives float32 \(\), expected int64 \(\)"):
                session.run(element, {handle: fed})


class TestStructure:
    def test_types_must_agree(self):
        iterator = Iterator.from_structure((dtypes.int64, dtypes.float32))
        message = (
            r"Expected output types \(tf.int64, tf.float32\) but got dataset with output types "
            r"\(tf.int64, tf.int64\)"
        )
        with pytest.raises(TypeError, match=message):
            iterator.make_initializer(Dataset.zip((Dataset.range(2), Dataset.range(3))))

    def test_shapes_must_agree(self):
        iterator = Iterator.from_structure(dtypes.int64, [2])
        with pytest.raises(TypeError, match=r"shapes compatible with .*2.* but got dataset with output shapes"):
            iterator.make_initializer(Dataset.range(2))

    def test_forms_must_agree(self):
        iterator = Iterator.from_structure({"a": dtypes.int64})
        with pytest.raises(ValueError, match="set of keys"):
            iterator.make_initializer(Dataset.zip({"b": Dataset.range(2)}))
        with pytest.raises(ValueError, match="number of elements: 2 and 1"):
            Iterator.from_structure((dtypes.int64, dtypes.int32), ([],))

    def test_a_dataset_of_another_graph_is_refused(self):
        data = Dataset.range(2)
        with Graph().as_default(), pytest.raises(ValueError, match="was made in another graph"):
            data.make_initializable_iterator()

    def test_an_iterator_knows_its_elements(self):
        data = Dataset.from_tensor_slices({"x": np.zeros((4, 2))})
        for holder in (data, data.make_one_shot_iterator()):
            assert iterators.get_output_types(holder) == {"x": dtypes.float64}
            assert iterators.get_output_shapes(holder)["x"].as_list() == [2]
            assert set(iterators.get_output_classes(holder)) == {"x"}
