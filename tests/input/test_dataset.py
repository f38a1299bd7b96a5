import collections

import ml_dtypes
import numpy as np
import pytest

from convflow.core import dtypes, errors
from convflow.core.shape import TensorShape
from convflow.graph.operation import Tensor
from convflow.input.dataset import Dataset
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.runtime.session import Session

Pair = collections.namedtuple("Pair", "x y")
X = np.arange(12, dtype=np.float32).reshape(6, 2)
Y = np.arange(6)


class TestSources:
    def test_slices_are_rows(self, read):
        rows = read(Dataset.from_tensor_slices((X, Y)))
        assert len(rows) == 6
        np.testing.assert_array_equal(rows[4][0], X[4])
        assert rows[4][1] == 4

    def test_tensors_are_one_element(self, read):
        (element,) = read(Dataset.from_tensors({"x": X, "y": [1, 2]}))
        np.testing.assert_array_equal(element["x"], X)
        np.testing.assert_array_equal(element["y"], np.array([1, 2], np.int32))

    @pytest.mark.parametrize("args", [(5,), (2, 7), (1, 10, 3), (5, 0, -2), (3, 3), (2**40, 2**40 + 2)])
    def test_range_counts_as_pythons(self, args, numbers):
        assert numbers(Dataset.range(*args)) == list(range(*args))

    def test_range_gives_the_type_asked_for(self, read):
        dataset = Dataset.range(3, output_type=dtypes.float32)
        assert dataset.output_types is dtypes.float32
        assert [value.dtype for value in read(dataset.batch(2))] == [np.float32, np.float32]

    @pytest.mark.parametrize(
        "dtype",
        [
            *("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"),
            *("uint64", "bool", "complex64", "complex128", ml_dtypes.bfloat16, "S3", "U3"),
        ],
    )
    def test_every_type_can_be_sliced_and_batched(self, dtype, read):
        values = np.arange(6).reshape(3, 2).astype(dtype)
        expected = [[row.tolist() for row in values[:2]], [values[2].tolist()]]
        if np.dtype(dtype).kind in "SU":
            expected = [[[str(int(item)).encode() for item in row] for row in part] for part in expected]
        for dataset in (
            Dataset.from_tensor_slices(values).batch(2),
            Dataset.from_tensor_slices(values).batch(1).batch(2),
        ):
            batches = [np.asarray(batch).reshape(-1, 2).tolist() for batch in read(dataset)]
            assert batches == expected

    def test_a_placeholder_is_fed_to_the_initializer(self, read):
        images = placeholder(dtypes.float32, [None, 2])
        feed = X.copy()
        dataset = Dataset.from_tensor_slices(images).batch(4)
        assert [value.shape for value in read(dataset, {images: feed})] == [(4, 2), (2, 2)]

    def test_a_fed_array_may_change_afterwards(self):
        images = placeholder(dtypes.float32, [None, 2])
        iterator = Dataset.from_tensor_slices(images).make_initializable_iterator()
        element, feed = iterator.get_next(), X.copy()
        with Session() as session:
            session.run(iterator.initializer, {images: feed})
            feed[:] = -1
            np.testing.assert_array_equal(session.run(element), X[0])

    @pytest.mark.parametrize("make", [Dataset.from_tensors, Dataset.from_tensor_slices])
    def test_a_fetched_element_is_the_callers(self, make, read):
        iterator = make(np.zeros((2, 3))).repeat(2).make_initializable_iterator()
        element = iterator.get_next()
        with Session() as session:
            session.run(iterator.initializer)
            for _ in range(2):
                value = session.run(element)
                assert not value.any()
                value += 1

    def test_components_of_different_length_are_refused(self):
        with pytest.raises(ValueError, match=r"Dimensions 3 and 4 are not compatible: component 0 has 3 rows, co"):
            Dataset.from_tensor_slices((np.zeros((3, 2)), np.zeros(4)))

    @pytest.mark.parametrize("element", [5, (np.zeros(3), 5)])
    def test_a_scalar_has_no_rows(self, element):
        with pytest.raises(ValueError, match=r"has shape \(\), but slicing needs a first dimension"):
            Dataset.from_tensor_slices(element)

    def test_components_of_different_length_are_refused_when_fed(self, read):
        x, y = placeholder(dtypes.float32, [None, 3]), placeholder(dtypes.float32)
        dataset = Dataset.from_tensor_slices((x, y))
        with pytest.raises(errors.InvalidArgumentError, match="Dimensions 2 and 3 are not compatible") as caught:
            read(dataset, {x: np.zeros((2, 3)), y: np.zeros(3)})
        assert caught.value.op.name == "TensorSliceDataset"

    @pytest.mark.parametrize("element", [None, (1, None), ()])
    def test_nothing_is_no_element(self, element):
        with pytest.raises(ValueError, match="should not be empty"):
            Dataset.from_tensors(element)

    def test_range_takes_one_to_three_arguments(self):
        with pytest.raises(ValueError, match="between 1 and 3 but was 0"):
            Dataset.range()

    def test_range_needs_a_step(self, read):
        with pytest.raises(errors.InvalidArgumentError, match="step must be a non-zero integer"):
            read(Dataset.range(0, 3, 0))


class TestBatch:
    def test_the_last_batch_may_be_smaller(self, numbers):
        assert numbers(Dataset.range(5).batch(2)) == [[0, 1], [2, 3], [4]]

    def test_the_last_batch_may_be_dropped(self, numbers):
        dataset = Dataset.range(5).batch(2, drop_remainder=True)
        assert dataset.output_shapes == TensorShape([2])
        assert numbers(dataset) == [[0, 1], [2, 3]]

    def test_sizes_may_be_tensors(self, numbers):
        size = placeholder(dtypes.int64, [])
        dataset = Dataset.range(5).batch(size, drop_remainder=constant(True))
        assert dataset.output_shapes.as_list() == [None]
        assert numbers(dataset, {size: 3}) == [[0, 1, 2]]

    def test_calls_in_parallel_keep_the_order(self, numbers):
        assert numbers(Dataset.range(5).batch(3, num_parallel_calls=2)) == [[0, 1, 2], [3, 4]]

    @pytest.mark.parametrize("size", [0, -1])
    def test_a_batch_has_at_least_one_element(self, size, read):
        message = f"Batch size must be greater than zero, got {size}"
        with pytest.raises(errors.InvalidArgumentError, match=message) as caught:
            read(Dataset.range(5).batch(size))
        assert caught.value.op.name == "BatchDatasetV2"

    def test_sizes_are_whole_numbers(self):
        with pytest.raises(TypeError, match=r"2\.5"):
            Dataset.range(5).batch(2.5)

    def test_sizes_are_scalars(self):
        with pytest.raises(ValueError, match="must be rank 0 but is rank 1"):
            Dataset.range(5).batch([2, 3])

    def test_reading_goes_on_after_a_batch_that_failed(self):
        parts = [Dataset.from_tensors(value) for value in ([1, 2], [1, 2, 3], [7])]
        iterator = parts[0].concatenate(parts[1]).concatenate(parts[2]).batch(2).make_initializable_iterator()
        element = iterator.get_next()
        with Session() as session:
            session.run(iterator.initializer)
            message = r"component 0. First element had shape \[2\] and element 1 had shape \[3\]"
            with pytest.raises(errors.InvalidArgumentError, match=message):
                session.run(element)
            assert session.run(element).tolist() == [[7]]
            with pytest.raises(errors.OutOfRangeError):
                session.run(element)


class TestOrderAndNumber:
    @pytest.mark.parametrize(
        ("build", "expected"),
        [
            (lambda data: data.repeat(2), [0, 1, 2, 0, 1, 2]),
            (lambda data: data.repeat(0), []),
            (lambda data: data.repeat().take(5), [0, 1, 2, 0, 1]),
            (lambda data: data.repeat(-5).take(4), [0, 1, 2, 0]),
            (lambda data: data.take(2), [0, 1]),
            (lambda data: data.take(0), []),
            (lambda data: data.take(-1), [0, 1, 2]),
            (lambda data: data.take(9), [0, 1, 2]),
            (lambda data: data.skip(2), [2]),
            (lambda data: data.skip(9), []),
            (lambda data: data.skip(-1), []),
            (lambda data: data.take(0).repeat(), []),
            (lambda data: data.prefetch(1), [0, 1, 2]),
            (lambda data: data.prefetch(-1), [0, 1, 2]),
            (lambda data: data.concatenate(Dataset.range(7, 9)), [0, 1, 2, 7, 8]),
            (lambda data: data.apply(lambda given: given.skip(1)), [1, 2]),
        ],
    )
    def test_elements(self, build, expected, numbers):
        assert numbers(build(Dataset.range(3))) == expected

    def test_shuffling_without_seeds_differs(self, numbers):
        orders = [numbers(Dataset.range(40).shuffle(40)) for _ in range(2)]
        assert sorted(orders[0]) == sorted(orders[1]) == list(range(40))
        assert orders[0] != orders[1]

    def test_a_buffer_delays_no_element_from_far_away(self, numbers):
        order = numbers(Dataset.range(100).shuffle(10))
        assert all(value < place + 10 for place, value in enumerate(order))

    def test_rows_stay_together(self, read):
        for x, y in read(Dataset.from_tensor_slices((X, Y)).shuffle(4).batch(4)):
            np.testing.assert_array_equal(x, X[y])

    @pytest.mark.parametrize("size", [0, -1])
    def test_a_buffer_holds_something(self, size, read):
        with pytest.raises(errors.InvalidArgumentError, match="buffer_size must be greater than zero"):
            read(Dataset.range(5).shuffle(size))

    def test_prefetching_takes_no_negative_sizes(self, read):
        with pytest.raises(errors.InvalidArgumentError, match="buffer_size must be >= 0"):
            read(Dataset.range(5).prefetch(-2))


class TestSeveral:
    def test_zip_ends_with_the_shortest(self, read):
        data = Dataset.zip({"a": Dataset.range(3), "b": (Dataset.range(9), Dataset.from_tensor_slices(X))})
        elements = read(data)
        assert len(elements) == 3
        assert elements[2]["a"] == elements[2]["b"][0] == 2
        np.testing.assert_array_equal(elements[2]["b"][1], X[2])

    def test_zipped_elements_are_batched(self, read):
        batches = read(Dataset.zip((Dataset.range(6), Dataset.from_tensor_slices((X, Y)))).batch(4))
        np.testing.assert_array_equal(batches[1][0], [4, 5])
        np.testing.assert_array_equal(batches[1][1][0], X[4:])

    def test_rows_of_different_sources_are_batched(self, numbers):
        assert numbers(Dataset.range(2).concatenate(Dataset.range(5, 7)).batch(3)) == [[0, 1, 5], [6]]

    def test_zip_takes_datasets_one_by_one(self, read):
        assert read(Dataset.zip(Dataset.range(2), Dataset.range(5, 9))) == [(0, 5), (1, 6)]

    @pytest.mark.parametrize(("given", "advice"), [([1, 2], "use a tuple"), ((3,), "pass datasets")])
    def test_zip_refuses_what_is_no_dataset(self, given, advice):
        with pytest.raises(TypeError, match=f"structure of tf.data.Dataset objects.*{advice}"):
            Dataset.zip(given)

    def test_concatenation_covers_both_shapes(self):
        data = Dataset.from_tensors([[1, 2]]).concatenate(Dataset.from_tensors([[3, 4, 5]]))
        assert data.output_shapes.as_list() == [1, None]

    def test_concatenation_needs_one_type(self):
        with pytest.raises(TypeError, match=r"have different types tf\.int64 and tf\.float32"):
            Dataset.range(3).concatenate(Dataset.from_tensors(1.0))

    def test_a_cache_is_read_once(self, read):
        first, *others = read(Dataset.from_tensor_slices(X).batch(3).cache().repeat(3))
        first[:] = -1  # what a program does to a batch does not reach the cache
        np.testing.assert_array_equal(others[1], X[:3])
        assert len(others) == 5

    def test_apply_wants_a_dataset_back(self):
        with pytest.raises(TypeError, match=r"must return a tf.data.Dataset, got 5"):
            Dataset.range(3).apply(lambda data: 5)


class TestWhatElementsAre:
    def test_types_shapes_and_classes_have_the_elements_form(self):
        data = Dataset.from_tensor_slices(Pair(X, {"b": Y, "a": ["s"] * 6})).batch(2)
        assert data.output_types == Pair(dtypes.float32, {"b": dtypes.int64, "a": dtypes.string})
        assert data.output_shapes.y["b"].as_list() == [None]
        assert data.output_shapes.x.as_list() == [None, 2]
        assert data.output_classes == Pair(Tensor, {"b": Tensor, "a": Tensor})

    def test_unknown_shapes_stay_unknown(self):
        rows = Dataset.from_tensor_slices(placeholder(dtypes.float32))
        assert rows.output_shapes.rank is None
        assert rows.batch(2).output_shapes.rank is None

    def test_prints_shapes_and_types(self):
        data = Dataset.from_tensor_slices((X, Y)).batch(2)
        assert repr(data) == "<DatasetV1Adapter shapes: ((?, 2), (?,)), types: (tf.float32, tf.int64)>"

    def test_has_no_elements_while_the_graph_is_built(self):
        with pytest.raises(RuntimeError, match="Make an iterator"):
            list(Dataset.range(3))
