"""Calls of queues, readers and batching functions whose graphs are compared with TensorFlow's (see compact.py)."""

import numpy as np


def cases(tf):
    def files(**options):
        return tf.train.string_input_producer(["a", "b"], shuffle=False, **options)

    def fifo():
        return tf.FIFOQueue(3, [tf.float32, tf.int32], [[2], []], name="q")

    def whole_queue():
        queue = fifo()
        queue.enqueue([[1.0, 2.0], 3])
        queue.enqueue_many([np.ones([2, 2], np.float32), [1, 2]], name="many")
        queue.size()
        queue.is_closed()
        queue.close(cancel_pending_enqueues=True)
        queue.dequeue_up_to(2)
        return [*queue.dequeue(), *queue.dequeue_many(4)]

    def placed():
        with tf.device("/cpu:0"), tf.name_scope("s"), tf.control_dependencies([tf.no_op()]):
            return tf.FIFOQueue(1, tf.int32).dequeue()

    def restored():
        reader = tf.WholeFileReader()
        reader.reset()
        reader.restore_state("state")
        return [reader.serialize_state(), reader.num_records_produced(), reader.num_work_units_completed()]

    slices = [np.arange(5), np.arange(10.0).reshape(5, 2)]
    return {
        "fifo": whole_queue,
        "fifo placed": placed,
        "fifo names": lambda: tf.FIFOQueue(1, [tf.int32, tf.string], names=["x", "y"], shared_name="s").enqueue(
            {"x": 1, "y": "a"}
        ),
        "fifo wrong shape": lambda: fifo().enqueue([[1.0], 3]),
        "fifo wrong rows": lambda: fifo().enqueue_many([np.ones([2, 2], np.float32), [1, 2, 3]]),
        "fifo wrong type": lambda: fifo().enqueue([["a", "b"], 3]),
        "fifo dict without names": lambda: fifo().enqueue({"x": 1}),
        "fifo no list for names": lambda: tf.FIFOQueue(1, tf.int32, names=["x"]).enqueue(1),
        "fifo wrong names": lambda: tf.FIFOQueue(1, tf.int32, names=["x"]).enqueue({"y": 1}),
        "fifo too few shapes": lambda: tf.FIFOQueue(1, [tf.int32, tf.int32], [[2]]),
        "fifo unknown shape": lambda: tf.FIFOQueue(1, tf.int32, [[None]]),
        "fifo too few names": lambda: tf.FIFOQueue(1, [tf.int32, tf.int32], names=["x"]),
        "padding": lambda: tf.PaddingFIFOQueue(3, tf.float32, [[None, 2]]).dequeue_many(3),
        "padding no shapes": lambda: tf.PaddingFIFOQueue(3, tf.float32, None),
        "priority": lambda: tf.PriorityQueue(3, tf.string, ()).dequeue(),
        "priority no types": lambda: tf.PriorityQueue(3, []).dequeue(),
        "random": lambda: tf.RandomShuffleQueue(9, 2, tf.int32, seed=3, name="r").dequeue(),
        "random no seed": lambda: tf.RandomShuffleQueue(9, 2, tf.int32).dequeue(),
        "lines": lambda: tf.TextLineReader(skip_header_lines=1).read(files(num_epochs=1)),
        "whole files": lambda: tf.WholeFileReader("w").read(files(capacity=5), name="r"),
        "pieces": lambda: tf.FixedLengthRecordReader(3, 1, 1).read_up_to(files(), 3),
        "records": lambda: tf.TFRecordReader().read(files(name="files")),
        "identity": lambda: tf.IdentityReader().read(files().queue_ref),
        "states": restored,
        "texts": lambda: tf.train.string_input_producer(tf.constant(["a"]), seed=3).dequeue(),
        "no texts": lambda: tf.train.string_input_producer([]),
        "matches": lambda: tf.train.string_input_producer(tf.train.match_filenames_once("*.txt", name="m")).dequeue(),
        "numbers": lambda: tf.train.range_input_producer(tf.placeholder(tf.int32, []), shuffle=False).dequeue(),
        "slices": lambda: tf.train.slice_input_producer(slices, num_epochs=2, seed=1, name="s"),
        "no slices": lambda: tf.train.slice_input_producer([]),
        "rows": lambda: tf.train.input_producer(np.ones([3, 2]), summary_name="full", seed=2).dequeue(),
        "rows of no shape": lambda: tf.train.input_producer(tf.placeholder(tf.float32)),
        "epochs": lambda: tf.train.limit_epochs(tf.constant(1), 2, name="e"),
        "no epochs": lambda: tf.train.limit_epochs(tf.constant(1), 0),
        "batch": lambda: tf.train.batch([tf.constant(1), tf.zeros([2])], 3),
        "batch one": lambda: tf.train.batch([tf.constant(1)], 3, num_threads=2, capacity=5, name="b"),
        "batch dict": lambda: sorted(tf.train.batch({"y": tf.constant(1), "x": tf.zeros([2])}, 3).items())[0][1],
        "batch rows": lambda: tf.train.batch([np.arange(8)], 3, enqueue_many=True, allow_smaller_final_batch=True),
        "batch pad": lambda: tf.train.batch([tf.placeholder(tf.float32, [None])], 3, dynamic_pad=True),
        "batch shapes": lambda: tf.train.batch([tf.placeholder(tf.float32)], 3, shapes=[[2]]),
        "batch size tensor": lambda: tf.train.batch([tf.constant(1)], tf.placeholder(tf.int32, [])),
        "batch no rank": lambda: tf.train.batch([tf.placeholder(tf.float32)], 3),
        "batch no size": lambda: tf.train.batch([tf.placeholder(tf.float32, [None])], 3),
        "batch nothing": lambda: tf.train.batch([], 3),
        "maybe": lambda: tf.train.maybe_batch([tf.constant(3)], tf.placeholder(tf.bool, []), 3),
        "maybe rows": lambda: tf.train.maybe_batch([np.arange(4)], [True, False, True, True], 3, enqueue_many=True),
        "maybe no rows": lambda: tf.train.maybe_batch([np.arange(4)], [True, False, True, True], 3),
        "join": lambda: tf.train.batch_join([[tf.constant(1)], [tf.constant(2)]], 3, name="j"),
        "join types": lambda: tf.train.batch_join([[tf.constant(1)], [tf.constant(2.0)]], 3),
        "join keys": lambda: tf.train.batch_join([{"a": tf.constant(1)}, {"b": tf.constant(2)}], 3),
        "join nothing": lambda: tf.train.batch_join([], 3),
        "shuffle": lambda: tf.train.shuffle_batch([tf.constant(1), tf.zeros([2])], 3, 10, 4, seed=3),
        "shuffle capacity": lambda: tf.train.shuffle_batch([tf.constant(1)], 3, 4, 4),
        "maybe shuffle": lambda: tf.train.maybe_shuffle_batch(
            [tf.constant(3)], 3, 9, 2, tf.placeholder(tf.bool, []), seed=1
        ),
        "shuffle join": lambda: tf.train.shuffle_batch_join([[tf.constant(1)], [tf.constant(2)]], 3, 9, 2, seed=1),
        "print": lambda: tf.Print(tf.placeholder(tf.float32, [2]), [tf.constant(1), "a"], message="m", first_n=2),
        "print name": lambda: tf.Print(1.0, [2], summarize=9, name="p"),
    }
