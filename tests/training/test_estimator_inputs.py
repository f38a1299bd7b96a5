"""Input functions of arrays and data frames."""

import numpy as np
import pytest

import convflow as tf

numpy_input_fn = tf.estimator.inputs.numpy_input_fn


def read(input_fn, batches=None):
    """All batches, or the first so many."""
    with tf.Graph().as_default():
        tensors = input_fn()
        found = []
        with tf.train.MonitoredSession() as sess:
            while not sess.should_stop() and len(found) != batches:
                found.append(sess.run(tensors))
        return found


def test_rows_come_in_order_and_end():
    x, y = np.arange(5), np.arange(5) * 10.0
    found = read(numpy_input_fn({"a": x, "b": x + 1}, y, batch_size=2, shuffle=False))
    assert [features["a"].tolist() for features, _ in found] == [[0, 1], [2, 3], [4]]
    assert [features["b"].tolist() for features, _ in found] == [[1, 2], [3, 4], [5]]
    assert np.concatenate([labels for _, labels in found]).tolist() == y.tolist()


def test_epochs_follow_each_other_without_a_break():
    found = read(numpy_input_fn(np.arange(3), batch_size=2, num_epochs=2, shuffle=False))
    assert [batch.tolist() for batch in found] == [[0, 1], [2, 0], [1, 2]]


def test_shuffled_rows_are_all_there_once():
    found = read(numpy_input_fn(np.arange(100), batch_size=10, shuffle=True))
    order = np.concatenate(found).tolist()
    assert sorted(order) == list(range(100))
    assert order != list(range(100))


def test_without_epochs_batches_are_full_for_ever():
    found = read(numpy_input_fn(np.arange(3), batch_size=2, num_epochs=None, shuffle=False), batches=4)
    assert [batch.tolist() for batch in found] == [[0, 1], [2, 0], [1, 2], [0, 1]]


def test_labels_may_be_a_dict_and_texts():
    y = {"name": np.array([b"cat", b"dog"], object)}
    ((_, labels),) = read(numpy_input_fn(np.arange(2), y, shuffle=False))
    assert labels["name"].tolist() == [b"cat", b"dog"]


def test_static_shapes_are_those_of_the_arrays():
    with tf.Graph().as_default():
        images, labels = numpy_input_fn(np.zeros([4, 3, 2], np.float32), np.zeros(4, np.int32), shuffle=False)()
    assert (images.shape.as_list(), images.dtype) == ([None, 3, 2], tf.float32)
    assert (labels.shape.as_list(), labels.dtype) == ([None], tf.int32)


@pytest.mark.parametrize(
    ("x", "y", "error", "text"),
    [
        ({}, None, ValueError, "x cannot be an empty dict"),
        (np.zeros(0), None, ValueError, "x cannot be an empty array"),
        ([1], None, TypeError, "x must be a dict or array; got list"),
        (np.zeros(2), {}, ValueError, "y cannot be empty dict"),
        ({"a": np.zeros(2)}, {"a": np.zeros(2)}, ValueError, "1 duplicate keys are found in both x and y: {'a'}"),
        (
            np.zeros(2),
            np.zeros(3),
            ValueError,
            r"must have the same length.\nShapes in x: .*\(2,\).*\nShapes in y: .*3",
        ),
    ],
)
def test_refusals(x, y, error, text):
    with tf.Graph().as_default(), pytest.raises(error, match=text):
        numpy_input_fn(x, y, shuffle=False)()


def test_shuffle_must_be_said():
    with pytest.raises(ValueError, match=r"shuffle must be provided and explicitly set as boolean .* got None"):
        numpy_input_fn(np.zeros(2))


def test_data_frames():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1.0, 2.0, 3.0], "b": ["x", "y", "z"]}, index=[5, 6, 7])
    labels = pandas.Series([0, 1, 0], index=[5, 6, 7])
    ((features, found),) = read(tf.estimator.inputs.pandas_input_fn(frame, labels, shuffle=False))
    assert features["a"].tolist() == [1.0, 2.0, 3.0]
    assert features["b"].tolist() == [b"x", b"y", b"z"]
    assert found.tolist() == [0, 1, 0]
    with pytest.raises(ValueError, match="Index for x and y are mismatched"):
        tf.estimator.inputs.pandas_input_fn(frame, pandas.Series([1, 2, 3]), shuffle=False)
    with pytest.raises(ValueError, match="Cannot use name a for target column"):
        tf.estimator.inputs.pandas_input_fn(frame, labels, shuffle=False, target_column="a")
    with pytest.raises(TypeError, match="x must be a DataFrame; got list"):
        tf.estimator.inputs.pandas_input_fn([1], shuffle=False)


def test_configuration_of_contrib():
    config = tf.contrib.learn.RunConfig(save_checkpoints_steps=5, num_cores=2)
    assert isinstance(config, tf.estimator.RunConfig)
    assert (config.save_checkpoints_steps, config.save_checkpoints_secs) == (5, None)
    assert config.session_config.intra_op_parallelism_threads == 2
    with pytest.raises(NotImplementedError, match="master='grpc://x' names another process"):
        tf.contrib.learn.RunConfig(master="grpc://x")
