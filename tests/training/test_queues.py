"""Queues, readers, coordinators and batches between threads."""

from __future__ import annotations

import gzip
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import convflow as tf
from convflow.formats.tfrecord import RecordWriter


@pytest.fixture(autouse=True)
def _fresh_graph():
    tf.reset_default_graph()


def _all(fetches):
    """What the fetches give until the input ends, with all queue runners started and stopped."""
    found = []
    with tf.Session() as sess:
        sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(sess, coord)
        try:
            while not coord.should_stop():
                found.append(sess.run(fetches))
        except tf.errors.OutOfRangeError:
            pass
        coord.request_stop()
        coord.join(threads)
        assert not any(thread.is_alive() for thread in threads)
    return found


def test_fifo_keeps_the_order():
    queue = tf.FIFOQueue(5, tf.int32, ())
    with tf.Session() as sess:
        sess.run(queue.enqueue_many([[1, 2, 3]]))
        sess.run(queue.enqueue(4))
        assert sess.run(queue.size()) == 4
        assert sess.run(queue.dequeue()) == 1
        assert sess.run(queue.dequeue_many(2)).tolist() == [2, 3]
        sess.run(queue.close())
        assert sess.run(queue.is_closed())
        assert sess.run(queue.dequeue_up_to(7)).tolist() == [4]


def test_random_order_is_tensorflows():
    queue = tf.RandomShuffleQueue(20, 3, tf.int32, [()], seed=5)
    with tf.Session() as sess:
        sess.run(queue.enqueue_many([list(range(12))]))
        assert [sess.run(queue.dequeue()) for _ in range(3)] == [7, 2, 4]
        assert sess.run(queue.dequeue_many(4)).tolist() == [8, 0, 6, 1]
        sess.run(queue.close())
        assert sess.run(queue.dequeue_up_to(20)).tolist() == [10, 11, 3, 5, 9]


def test_padding():
    queue = tf.PaddingFIFOQueue(9, [tf.float32, tf.string], [[None], [None, 2]])
    first, second = queue.enqueue([[1.0, 2.0], [["a", "b"]]]), queue.enqueue([[1.0], np.zeros([0, 2], "S1")])
    with tf.Session() as sess:
        sess.run([first, second])
        numbers, texts = sess.run(queue.dequeue_many(2))
    assert numbers.tolist() == [[1, 2], [1, 0]]
    assert texts.tolist() == [[[b"a", b"b"]], [[b"", b""]]]


def test_smallest_priority_first():
    queue = tf.PriorityQueue(9, tf.string, ())
    add = queue.enqueue_many([np.array([3, 1, 2, 1]), ["a", "b", "c", "d"]])
    with tf.Session() as sess:
        sess.run(add)
        priorities, values = sess.run(queue.dequeue_many(4))
    assert priorities.tolist() == [1, 1, 2, 3]
    assert values.tolist() == [b"b", b"d", b"c", b"a"]


def test_names_and_shared_names():
    first = tf.FIFOQueue(2, [tf.int32, tf.string], names=["x", "y"], shared_name="one")
    second = tf.FIFOQueue(2, [tf.int32, tf.string], names=["x", "y"], shared_name="one")
    with tf.Session() as sess:
        sess.run(first.enqueue({"x": 3, "y": "a"}))
        assert sess.run(second.dequeue()) == {"x": 3, "y": b"a"}


def test_shared_name_of_another_kind():
    first, second = tf.FIFOQueue(2, tf.int32, shared_name="one"), tf.FIFOQueue(2, tf.string, shared_name="one")
    with tf.Session() as sess:
        sess.run(first.size())
        with pytest.raises(tf.errors.InvalidArgumentError, match="Give one of them another shared_name"):
            sess.run(second.size())


def test_an_element_is_a_copy():
    variable, queue = tf.Variable([1.0, 2.0]), tf.FIFOQueue(2, tf.float32, [[2]])
    with tf.Session() as sess:
        sess.run(variable.initializer)
        sess.run(queue.enqueue(variable))
        sess.run(variable.assign([5.0, 6.0]))
        assert sess.run(queue.dequeue()).tolist() == [1, 2]


def _waiting(sess, fetches):
    """A thread that runs `fetches`, and where its result or error goes."""
    results = []

    def run():
        try:
            results.append(sess.run(fetches))
        except tf.errors.OpError as error:
            results.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, results


def test_taking_waits_for_another_thread():
    queue = tf.FIFOQueue(2, tf.int32, ())
    add, take = queue.enqueue(7), queue.dequeue_many(3)
    with tf.Session() as sess:
        thread, results = _waiting(sess, take)
        for _ in range(3):
            sess.run(add)
        thread.join(20)
    assert results[0].tolist() == [7, 7, 7]


def test_adding_waits_for_room_and_is_cancelled():
    queue = tf.FIFOQueue(1, tf.int32, ())
    add, take, cancel = queue.enqueue(7), queue.dequeue(), queue.close(cancel_pending_enqueues=True)
    with tf.Session() as sess:
        sess.run(add)
        thread, results = _waiting(sess, add)
        sess.run(take)
        thread.join(20)
        assert results == [None]
        thread, results = _waiting(sess, add)
        sess.run(cancel)
        thread.join(20)
        assert isinstance(results[0], tf.errors.CancelledError)


def test_closing_the_session_lets_waiting_threads_go():
    take = tf.FIFOQueue(1, tf.int32, ()).dequeue()
    with tf.Session() as sess:
        thread, results = _waiting(sess, take)
        while not sess._store._resources:
            time.sleep(0.001)
    thread.join(20)
    assert isinstance(results[0], tf.errors.CancelledError)


def test_too_few_elements_stay():
    queue = tf.FIFOQueue(5, tf.int32, ())
    with tf.Session() as sess:
        sess.run(queue.enqueue_many([[1, 2]]))
        sess.run(queue.close())
        with pytest.raises(
            tf.errors.OutOfRangeError, match=r"closed and has insufficient elements \(requested 3, curr"
        ):
            sess.run(queue.dequeue_many(3))
        assert sess.run(queue.dequeue_many(2)).tolist() == [1, 2]
        with pytest.raises(tf.errors.CancelledError, match="'fifo_queue' is closed"):
            sess.run(queue.enqueue(1))
        with pytest.raises(tf.errors.CancelledError, match="'fifo_queue' is already closed"):
            sess.run(queue.close())


def test_refusals_of_a_run():
    fed = tf.placeholder(tf.float32)
    known, unknown = tf.FIFOQueue(3, tf.float32, [[2]]), tf.FIFOQueue(3, tf.float32)
    count = tf.placeholder(tf.int32, [])
    cases = [
        (known.enqueue(fed), [1.0, 2.0, 3.0], r"tuple component 0. Expected \(2,\), got \(3,\)"),
        (known.enqueue_many(fed), 3.0, r"tuple component 0. Expected \(\?, 2\), got \(\)"),
        (unknown.dequeue_many(2), None, "require the components to have specified shapes"),
        (known.dequeue_many(count), None, "requires a non-negative number of elements n, got -1"),
    ]
    with tf.Session() as sess:
        for fetch, value, message in cases:
            with pytest.raises(tf.errors.InvalidArgumentError, match=message):
                sess.run(fetch, {fed: 0.0 if value is None else value, count: -1})


def test_queue_of_a_list_needs_queues_alike():
    queues = [tf.FIFOQueue(1, tf.int32), tf.FIFOQueue(1, tf.string)]
    with pytest.raises(TypeError, match="do not have matching component dtypes"):
        tf.QueueBase.from_list(0, queues)
    with pytest.raises(TypeError, match="A list of queues expected"):
        tf.QueueBase.from_list(0, [])


@pytest.fixture
def files(tmp_path):
    (tmp_path / "a").write_bytes(b"h\na1\na2\r\na3\n")
    (tmp_path / "b").write_bytes(b"h\nb1\nb2")
    return [str(tmp_path / name) for name in "ab"]


def _producer(paths, **options):
    return tf.train.string_input_producer(paths, num_epochs=1, shuffle=False, **options)


def test_lines(files):
    records = _all(tf.TextLineReader(skip_header_lines=1).read(_producer(files)))
    a, b = (path.encode() for path in files)
    assert [tuple(record) for record in records] == [
        (a + b":2", b"a1"), (a + b":3", b"a2"), (a + b":4", b"a3"), (b + b":2", b"b1"), (b + b":3", b"b2"),
    ]  # fmt: skip


def test_whole_files_and_their_names(files):
    whole = _all(tf.WholeFileReader().read(_producer(files)))
    assert [tuple(record) for record in whole] == [(p.encode(), Path(p).read_bytes()) for p in files]
    tf.reset_default_graph()
    names = _all(tf.IdentityReader().read(_producer(files)))
    assert [tuple(record) for record in names] == [(p.encode(), p.encode()) for p in files]


def test_pieces(files):
    value = tf.FixedLengthRecordReader(3, header_bytes=1, footer_bytes=1).read(_producer(files)).value
    assert _all(value) == [b"\na1", b"\na2", b"\r\na", b"\nb1"]
    tf.reset_default_graph()
    overlapping = _all(tf.FixedLengthRecordReader(3, hop_bytes=2).read_up_to(_producer(files[:1]), 3).values)
    assert [piece.tolist() for piece in overlapping] == [[b"h\na", b"a1\n", b"\na2"], [b"2\r\n", b"\na3"]]


@pytest.mark.parametrize("compression", ["", "GZIP"])
def test_tf_records(tmp_path, compression):
    path = tmp_path / "records"
    with open(path, "wb") as file:
        writer = RecordWriter(file)
        for record in (b"one", b"three", b""):
            writer.write(record)
    if compression:
        path.write_bytes(gzip.compress(path.read_bytes()))

    class Options:
        compression_type = compression

    found = _all(tf.TFRecordReader(options=Options()).read(_producer([str(path)])))
    where = str(path).encode()
    assert [tuple(item) for item in found] == [
        (where + b":0", b"one"),
        (where + b":19", b"three"),
        (where + b":40", b""),
    ]


def test_reader_counts_and_state(files):
    queue, reader = tf.FIFOQueue(9, tf.string, ()), tf.WholeFileReader()
    read = reader.read(queue).key
    counts = [reader.num_records_produced(), reader.num_work_units_completed()]
    state, lines = reader.serialize_state(), tf.TextLineReader()
    with tf.Session() as sess:
        sess.run(queue.enqueue_many([files]))
        sess.run(read)
        saved = sess.run(state)
        sess.run(read)
        assert sess.run(counts) == [2, 1]
        sess.run(reader.restore_state(saved))
        assert sess.run(reader.num_records_produced()) == 1
        sess.run(reader.reset())
        assert sess.run(counts) == [0, 0]
        with pytest.raises(tf.errors.UnimplementedError, match="cannot save its state"):
            sess.run(lines.serialize_state())
        with pytest.raises(tf.errors.InvalidArgumentError, match="Could not parse state"):
            sess.run(reader.restore_state(b"\xff\xff"))


def test_missing_file_stops_with_its_name():
    read = tf.TextLineReader().read(_producer(["/no/such/file"]))
    with tf.Session() as sess:
        sess.run(tf.local_variables_initializer())
        coord = tf.train.Coordinator()
        tf.train.start_queue_runners(sess, coord)
        with pytest.raises(tf.errors.NotFoundError, match="/no/such/file"):
            sess.run(read)
        coord.request_stop()
        coord.join()


def test_no_files():
    with pytest.raises(ValueError, match="requires a non-null input tensor: got"):
        tf.train.string_input_producer([])


def test_files_that_match(files, tmp_path):
    names = tf.train.match_filenames_once(str(tmp_path / "?"))
    assert _all(_producer(names).dequeue()) == [path.encode() for path in files]


def test_batches_of_slices():
    rows = np.arange(10.0).reshape(5, 2)
    slices = tf.train.slice_input_producer([np.arange(5), rows], num_epochs=1, shuffle=False)
    found = _all(tf.train.batch(slices, 2, allow_smaller_final_batch=True))
    assert [numbers.tolist() for numbers, _ in found] == [[0, 1], [2, 3], [4]]
    assert np.concatenate([part for _, part in found]).tolist() == rows.tolist()


def test_last_small_batch_is_dropped():
    number = tf.train.range_input_producer(5, num_epochs=2, shuffle=False).dequeue()
    assert [batch["n"].tolist() for batch in _all(tf.train.batch({"n": number}, 4))] == [[0, 1, 2, 3], [4, 0, 1, 2]]


def test_shuffled_batches_have_every_element_once():
    number = tf.train.range_input_producer(30, num_epochs=1, shuffle=False).dequeue()
    found = _all(tf.train.shuffle_batch([number], 5, 20, 10, num_threads=3, seed=2))
    assert sorted(np.concatenate(found).tolist()) == list(range(30))


def test_rows_are_kept_by_their_flag():
    numbers = tf.train.range_input_producer(6, num_epochs=1, shuffle=False).dequeue_many(6)
    assert [b.tolist() for b in _all(tf.train.maybe_batch([numbers], numbers % 2 > 0, 3, enqueue_many=True))] == [
        [1, 3, 5]
    ]


def test_several_readers_at_once():
    inputs = [[tf.train.range_input_producer(4, num_epochs=1, name=name).dequeue()] for name in "ab"]
    assert sorted(np.concatenate(_all(tf.train.batch_join(inputs, 2))).tolist()) == [0, 0, 1, 1, 2, 2, 3, 3]
    tf.reset_default_graph()
    inputs = [[tf.train.range_input_producer(4, num_epochs=1, name=name).dequeue()] for name in "ab"]
    found = _all(tf.train.shuffle_batch_join(inputs, 2, 9, 3))
    assert sorted(np.concatenate(found).tolist()) == [0, 0, 1, 1, 2, 2, 3, 3]


def test_failing_runner_is_reported_by_join():
    queue, fed = tf.FIFOQueue(2, tf.float32), tf.placeholder(tf.float32)
    tf.train.add_queue_runner(tf.train.QueueRunner(queue, [queue.enqueue(fed)] * 2))
    with tf.Session() as sess:
        coord = tf.train.Coordinator()
        tf.train.start_queue_runners(sess, coord)
        with pytest.raises(tf.errors.InvalidArgumentError, match="Placeholder"):
            coord.join()


def test_runner_comes_back_from_its_proto():
    queue = tf.FIFOQueue(2, tf.float32)
    runner = tf.train.QueueRunner(
        queue, [queue.enqueue(1.0)], queue_closed_exception_types=(tf.errors.OutOfRangeError, tf.errors.CancelledError)
    )
    proto = runner.to_proto()
    again = tf.train.QueueRunner.from_proto(type(proto).FromString(proto.SerializeToString()))
    assert again.to_proto() == proto
    assert again.enqueue_ops == runner.enqueue_ops
    assert again.queue_closed_exception_types == runner.queue_closed_exception_types
    assert runner.to_proto(export_scope="elsewhere") is None


def test_runner_refusals():
    queue = tf.FIFOQueue(2, tf.float32)
    with pytest.raises(ValueError, match="Must provide queue and enqueue_ops"):
        tf.train.QueueRunner(queue)
    with pytest.raises(TypeError, match=r"must be a tuple of tf\.error types"):
        tf.train.QueueRunner(queue, [queue.enqueue(1.0)], queue_closed_exception_types=(ValueError,))
    with pytest.raises(ValueError, match="No default session is registered"):
        tf.train.start_queue_runners()


def test_coordinator_raises_what_was_reported():
    coord = tf.train.Coordinator()

    def fail():
        with coord.stop_on_exception():
            raise KeyError("broken")

    threads = [threading.Thread(target=fail), threading.Thread(target=coord.wait_for_stop)]
    for thread in threads:
        thread.start()
    with pytest.raises(KeyError, match="broken"):
        coord.join(threads)
    assert coord.joined
    with pytest.raises(KeyError, match="broken"):
        coord.raise_requested_exception()
    coord.clear_stop()
    assert not coord.should_stop() and not coord.joined
    coord.join([])


def test_coordinator_end_of_input_is_no_error():
    coord = tf.train.Coordinator()
    coord.request_stop(tf.errors.OutOfRangeError(None, None, "end"))
    coord.join()
    with pytest.raises(ValueError, match="late"):
        coord.request_stop(ValueError("late"))


def test_coordinator_names_stragglers():
    coord, go = tf.train.Coordinator(), threading.Event()
    thread = threading.Thread(target=go.wait, name="slow", daemon=True)
    thread.start()
    coord.register_thread(thread)
    coord.request_stop()
    with pytest.raises(RuntimeError, match="threads still running: slow"):
        coord.join(stop_grace_period_secs=0.01)
    coord.join([thread], stop_grace_period_secs=0.01, ignore_live_threads=True)
    go.set()


def test_looper_calls_until_stop():
    coord, calls = tf.train.Coordinator(), []

    def call(value):
        calls.append(value)
        if len(calls) == 3:
            coord.request_stop()

    tf.train.LooperThread.loop(coord, None, call, args=(1,))
    coord.join()
    assert calls == [1, 1, 1]
    with pytest.raises(ValueError, match="must be a Coordinator"):
        tf.train.LooperThread(None, 1)


def test_print(capfd):
    values = [np.arange(12.0, dtype=np.float32).reshape(3, 4) / 3, [True, False], "text", np.zeros([2, 2, 2])]
    shown = tf.Print(tf.constant(1.0), values, message="m ", summarize=5, first_n=2)
    gradient = tf.gradients(shown * 3.0, shown.op.inputs[0])
    with tf.Session() as sess:
        for _ in range(3):
            sess.run(shown)
        assert sess.run(gradient) == [3.0]
    line = "m [[0 0.333333343 0.666666687 1][1.33333337...]...][1 0][text][[[0 0][0 0]][[0...]]...]"
    assert capfd.readouterr().err.splitlines() == [line, line]
