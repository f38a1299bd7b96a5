"""slim.parallel_reader, slim.prefetch_queue, slim.dataset_data_provider, slim.queues: records through queues."""

from collections import Counter

import numpy as np
import pytest

import convflow as tf

slim = tf.contrib.slim
FILES, RECORDS = 3, 7


@pytest.fixture
def files(tmp_path):
    return slim.data.test_utils.create_tfrecord_files(str(tmp_path), FILES, RECORDS)


def _all(tensors, limit=1000):
    """What the tensors give until the input ends."""
    found = []
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        with slim.queues.QueueRunners(session):
            try:
                while len(found) < limit:
                    found.append(session.run(tensors))
            except tf.errors.OutOfRangeError:
                pass
    return found


@pytest.mark.parametrize(("readers", "shuffle"), [(1, False), (3, True), (5, True)])
def test_every_record_is_read_in_every_epoch(files, readers, shuffle):
    key, value = slim.parallel_reader.parallel_read(
        files, tf.TFRecordReader, num_epochs=2, num_readers=readers, shuffle=shuffle, capacity=20, min_after_dequeue=5
    )
    counts = Counter(key for key, _ in _all([key, value]))
    assert len(counts) == FILES * RECORDS and set(counts.values()) == {2}


def test_a_single_pass_keeps_the_order(files):
    key, _ = slim.parallel_reader.single_pass_read(files, tf.TFRecordReader)
    names = [one.decode().rpartition(":")[0] for one in _all(key)]
    assert names == [file for file in files for _ in range(RECORDS)]


def test_several_records_at_once(files):
    queue = tf.FIFOQueue(50, [tf.string, tf.string], shapes=[[], []])
    reader = slim.parallel_reader.ParallelReader(tf.TFRecordReader, queue, num_readers=2)
    keys, _ = reader.read_up_to(tf.train.string_input_producer(files, num_epochs=1), 4)
    counts = [len(some) for some in _all(keys)]
    assert sum(counts) == FILES * RECORDS and max(counts) == 4


def test_patterns_find_files(files, tmp_path):
    find = slim.parallel_reader.get_data_files
    assert sorted(find(str(tmp_path / "flowers*"))) == files
    assert sorted(find([str(tmp_path / "*-0-of-3"), files[2]])) == [files[0], files[2]]
    with pytest.raises(ValueError, match=r"No data files found in .*nothing\*"):
        find(str(tmp_path / "nothing*"))


def _flowers(files):
    decoder = slim.tfexample_decoder.TFExampleDecoder(
        {
            "image/encoded": tf.FixedLenFeature((), tf.string),
            "image/format": tf.FixedLenFeature((), tf.string, "jpeg"),
            "image/class/label": tf.FixedLenFeature([1], tf.int64),
        },
        {
            "image": slim.tfexample_decoder.Image(),
            "label": slim.tfexample_decoder.Tensor("image/class/label", shape=[]),
        },
    )
    return slim.dataset.Dataset(
        files, tf.TFRecordReader, decoder, FILES * RECORDS, {"label": "file"}, num_classes=FILES
    )


def test_a_provider_gives_items_and_keys(files):
    dataset = _flowers(files)
    assert dataset.num_classes == FILES and dataset.num_samples == FILES * RECORDS
    provider = slim.dataset_data_provider.DatasetDataProvider(dataset, shuffle=False, num_epochs=1)
    assert provider.num_samples() == FILES * RECORDS and provider.list_items() == ["image", "label", "record_key"]
    for image, label, key in _all(provider.get(["image", "label", "record_key"])):
        assert image.dtype == np.uint8 and image.shape[0] == 10 and image.shape[2] == 3
        assert f"-{label}-of-3:" in key.decode()


def test_refusals_of_a_provider(files):
    dataset = _flowers(files)
    with pytest.raises(ValueError, match="record_key='label' is the name of an item of the data set"):
        slim.dataset_data_provider.DatasetDataProvider(dataset, record_key="label")
    with pytest.raises(ValueError, match=r"The provider has no item 'colour'\. It has image, label, record_key\."):
        slim.dataset_data_provider.DatasetDataProvider(dataset).get(["colour"])


@pytest.mark.parametrize("form", ["list", "dict"])
def test_a_prefetch_queue_keeps_the_form(form):
    counted = tf.train.limit_epochs(tf.constant([1.0, 2.0]), num_epochs=4)
    tensors = [counted, tf.constant(7)] if form == "list" else {"a": counted, "b": tf.constant(7)}
    read = _all(slim.prefetch_queue.prefetch_queue(tensors, capacity=2, num_threads=1).dequeue())
    assert len(read) == 4
    first = read[0].values() if form == "dict" else read[0]
    for value, expected in zip(first, ([1.0, 2.0], 7), strict=True):
        np.testing.assert_array_equal(value, expected)


def test_threads_that_fill_a_queue_lose_no_element():
    counter = tf.Variable(tf.constant(0, tf.int64)).count_up_to(500)
    read = _all(slim.prefetch_queue.prefetch_queue([counter], capacity=8, num_threads=4).dequeue())
    assert sorted(np.ravel(read)) == list(range(500))


def test_a_padding_queue_takes_unknown_sizes():
    ragged = tf.placeholder_with_default(np.ones([3, 2], np.float32), [None, 2])
    with pytest.raises(ValueError):
        slim.prefetch_queue.prefetch_queue([ragged])
    taken = slim.prefetch_queue.prefetch_queue([ragged], dynamic_pad=True).dequeue()
    assert _all(taken, limit=1)[0].shape == (3, 2)


def test_queue_runners_are_not_nested():
    with tf.Session() as session, slim.queues.QueueRunners(session):
        inner = slim.queues.QueueRunners(session)
        with pytest.raises(slim.queues.NestedQueueRunnerError, match="inside another QueueRunners"):
            inner.__enter__()
