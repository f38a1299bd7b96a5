"""What elements are (tf.TypeSpec and its kin), optional values, windows: their errors and their small print."""

import pytest

import convflow as tf

Dataset = tf.data.Dataset
experimental = tf.data.experimental


def sparse():
    return tf.SparseTensor([[0, 0], [1, 2]], [1, 2], [2, 3])


def test_kinds_of_values():
    assert experimental.get_structure(Dataset.range(3)) == tf.TensorSpec([], tf.int64)
    nested = experimental.get_structure(Dataset.from_tensors({"s": sparse(), "d": Dataset.range(1)}))
    assert nested == {
        "s": tf.SparseTensorSpec([2, 3], tf.int32),
        "d": tf.data.DatasetSpec(tf.TensorSpec([], tf.int64)),
    }
    assert repr(nested["s"]) == "SparseTensorSpec(TensorShape([Dimension(2), Dimension(3)]), tf.int32)"
    assert nested["s"].value_type is tf.SparseTensor
    assert nested["d"].value_type is Dataset
    optional = Dataset.from_tensors(experimental.Optional.from_value(1)).element_spec
    assert optional == experimental.OptionalStructure(tf.TensorSpec([], tf.int32))
    assert optional.value_type is experimental.Optional
    assert len({tf.TensorSpec([1], tf.int32), tf.TensorSpec([1], tf.int32), optional, nested["d"]}) == 3


def test_get_structure_takes_datasets_and_iterators():
    assert experimental.get_structure(Dataset.range(3).make_one_shot_iterator()) == tf.TensorSpec([], tf.int64)
    with pytest.raises(TypeError, match="must be a Dataset or Iterator object, but got int"):
        experimental.get_structure(3)


def test_names_of_kinds():
    assert experimental.TensorStructure(tf.int32, [2]) == tf.TensorSpec([2], tf.int32)
    assert experimental.SparseTensorStructure(tf.int32, [2]) == tf.SparseTensorSpec([2], tf.int32)
    assert experimental.DatasetStructure is tf.data.DatasetSpec
    assert experimental.OptionalStructure is tf.OptionalSpec
    assert experimental.Structure is tf.TypeSpec
    assert issubclass(tf.TensorSpec, tf.TypeSpec)


def test_compatible_kinds():
    wide, narrow = tf.TensorSpec([None], tf.int32), tf.TensorSpec([3], tf.int32)
    assert wide.is_compatible_with(tf.constant([1]))
    assert wide.most_specific_compatible_type(narrow) == wide
    assert tf.SparseTensorSpec([None, 3], tf.int32).is_compatible_with(sparse())
    assert not tf.SparseTensorSpec([None, 4], tf.int32).is_compatible_with(sparse())
    outer = tf.data.DatasetSpec((wide, {"x": narrow}))
    assert outer.most_specific_compatible_type(tf.data.DatasetSpec((narrow, {"x": wide}))) == tf.data.DatasetSpec(
        (wide, {"x": wide})
    )
    with pytest.raises(ValueError, match="No TypeSpec is compatible with both TensorSpec"):
        wide.most_specific_compatible_type(tf.TensorSpec([3], tf.int64))
    with pytest.raises(ValueError, match="No TypeSpec is compatible with both"):
        wide.most_specific_compatible_type(tf.SparseTensorSpec([3], tf.int32))


def test_the_classes_of_an_iterator_must_fit():
    iterator = tf.data.Iterator.from_structure(tf.int32, [2, 3])
    with pytest.raises(TypeError, match=r"Expected output classes .*Tensor.* but got dataset with output classes"):
        iterator.make_initializer(Dataset.from_tensors(sparse()))
    with pytest.raises(TypeError, match="Could not build a structure for output class <class 'int'>"):
        tf.data.Iterator.from_structure(tf.int32, [2, 3], output_classes=int)


def test_no_value(session):
    none = experimental.Optional.none_from_structure(tf.TensorSpec([], tf.int32))
    assert none.value_structure == tf.TensorSpec([], tf.int32)
    assert not session.run(none.has_value())
    with pytest.raises(tf.errors.InvalidArgumentError, match="The given optional does not have a value"):
        session.run(none.get_value())


def test_optional_values_have_gradients(session):
    x = tf.constant([2.0, 3.0])
    given = experimental.Optional.from_value({"x": x * x}).get_value()["x"]
    (gradient,) = tf.gradients(given * 3.0, x)
    assert session.run(gradient).tolist() == [12.0, 18.0]


def test_get_next_as_optional_takes_an_iterator():
    with pytest.raises(TypeError, match=r"Expected a tf.data.Iterator, got 3"):
        experimental.get_next_as_optional(3)


@pytest.mark.parametrize(
    ("size", "shift", "stride", "name"), [(0, 1, 1, "size"), (1, 0, 1, "shift"), (1, 1, -2, "stride")]
)
def test_windows_of_no_size(read, size, shift, stride, name):
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"Window {name} must be greater than zero"):
        read(Dataset.range(3).window(size, shift, stride).flat_map(lambda window: window))


def test_sparse_rows_come_in_order(read):
    with pytest.raises(TypeError, match=r"must be a `tf.SparseTensor`. Got <class 'list'>"):
        Dataset.from_sparse_tensor_slices([1])
    mixed = tf.SparseTensor([[1, 0], [0, 2]], [1, 2], [2, 3])
    with pytest.raises(tf.errors.UnimplementedError, match=r"must be ordered in the batch dimension.*sparse_reorder"):
        read(Dataset.from_sparse_tensor_slices(mixed))


@pytest.mark.parametrize(
    ("row_shape", "size", "error", "message"),
    [
        ([2, 2], 2, tf.errors.InvalidArgumentError, r"had shape \(\[2\]\) that is incompatible with the row shape"),
        ([1], 2, tf.errors.DataLossError, r"had shape \(\[2\]\) that is .* it is larger"),
        ([2], 0, tf.errors.InvalidArgumentError, "Batch size must be greater than zero"),
    ],
)
def test_what_is_no_sparse_batch(read, row_shape, size, error, message):
    with pytest.raises(error, match=message):
        read(Dataset.from_tensors([1, 2]).apply(experimental.dense_to_sparse_batch(size, row_shape)))


def test_a_sparse_batch_has_one_component():
    with pytest.raises(TypeError, match="requires an input dataset whose elements have a single component"):
        Dataset.from_tensors(([1], 2)).apply(experimental.dense_to_sparse_batch(1, [2]))


def test_sparse_elements_of_different_ranks(read):
    one, other = (Dataset.from_tensors(item) for item in (sparse(), tf.sparse_reshape(sparse(), [1, 2, 3])))
    unknown = lambda x: tf.SparseTensor(x.indices, x.values, tf.placeholder_with_default(x.dense_shape, [None]))  # noqa: E731
    data = one.map(unknown).concatenate(other.map(unknown)).batch(2)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Inconsistent rank across SparseTensors: rank prior"):
        read(data)


@pytest.mark.parametrize(
    ("key", "reduce_func", "error", "message"),
    [
        (lambda x: tf.cast(x, tf.int32), lambda s, x: s, ValueError, "Expected `key_func` to return a scalar tf.int64"),
        (
            lambda x: x,
            lambda s, x: 1.0,
            TypeError,
            "types for the new state must match the initial state. Expected tf.",
        ),
        (lambda x: x, lambda s, x: (s, s), ValueError, "don't have the same nested structure"),
    ],
)
def test_what_is_no_reducer(key, reduce_func, error, message):
    reducer = experimental.Reducer(lambda key: 0, reduce_func, lambda state: state)
    with pytest.raises(error, match=message):
        Dataset.range(3).apply(experimental.group_by_reducer(key, reducer))


def test_a_reducer_is_one():
    with pytest.raises(TypeError, match=r"`reducer` must be a tf.data.experimental.Reducer, got 3"):
        experimental.group_by_reducer(lambda x: x, 3)


def test_what_scan_and_reduce_refuse():
    with pytest.raises(TypeError, match=r"Expected tf.int32; got tf.float32"):
        Dataset.range(3).apply(experimental.scan(0, lambda state, x: (1.0, x)))
    with pytest.raises(TypeError, match="must return a pair comprising the new state and the output value"):
        Dataset.range(3).apply(experimental.scan(0, lambda state, x: state))
    with pytest.raises(TypeError, match=r"Expected tf.int32; got tf.float32"):
        Dataset.range(3).reduce(0, lambda state, x: 1.0)
