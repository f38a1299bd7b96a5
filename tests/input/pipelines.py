"""Input pipelines written once for both libraries: recorded under TensorFlow, built and run again by the tests.

Each function takes the library as `tf` and builds into its default graph. Those of ORDERS return a dataset of
numbers; those of GRAPHS build what they like.
"""

import collections

import numpy as np

IMAGES = np.arange(20 * 4 * 4, dtype=np.float32).reshape(20, 4, 4)
LABELS = np.eye(10)[np.arange(20) % 10]
Pair = collections.namedtuple("Pair", "x y")


def lecture(tf):
    with tf.name_scope("data"):
        train = tf.data.Dataset.from_tensor_slices((IMAGES, LABELS))
        train = train.shuffle(10000)
        train = train.batch(3)
        test = tf.data.Dataset.from_tensor_slices((IMAGES, LABELS))
        test = test.batch(3)
        iterator = tf.data.Iterator.from_structure(train.output_types, train.output_shapes)
        iterator.get_next()
        iterator.make_initializer(train)
        iterator.make_initializer(test)


def nested(tf):
    data = tf.data.Dataset.from_tensor_slices({"b": IMAGES, "a": Pair(LABELS, [1] * 20)})
    data = data.repeat().batch(4, drop_remainder=True).take(3).skip(1).prefetch(2)
    iterator = data.make_initializable_iterator()
    iterator.get_next()
    iterator.get_next("again")
    iterator.string_handle()
    iterator.string_handle("handle")


def one_shot(tf):
    data = tf.data.Dataset.range(10).concatenate(tf.data.Dataset.range(2, 10, 3)).cache()
    data = tf.data.Dataset.zip((data, tf.data.Dataset.from_tensors([1, 2])))
    data = data.shuffle(3, seed=4, reshuffle_each_iteration=False).repeat(2).batch(2)
    tf.data.make_one_shot_iterator(data).get_next()


def graph_seed(tf):
    tf.set_random_seed(5)
    data = tf.data.Dataset.from_tensor_slices(tf.constant(IMAGES)).shuffle(3)
    iterator = tf.data.Iterator.from_structure(data.output_types)
    iterator.make_initializer(data, name="start")
    data = tf.data.Dataset.from_tensor_slices(IMAGES).shuffle(tf.constant(3, tf.int64), seed=6)
    data = data.batch(tf.placeholder(tf.int64, name="size"), num_parallel_calls=2)
    iterator = tf.data.make_initializable_iterator(data, shared_name="shared")
    iterator.get_next()
    tf.data.Dataset.range(5).make_one_shot_iterator()
    tf.data.Dataset.range(5).shuffle(5)


def feedable(tf):
    handle = tf.placeholder(tf.string, [])
    data = tf.data.Dataset.range(3)
    iterator = tf.data.Iterator.from_string_handle(handle, data.output_types, data.output_shapes)
    iterator.get_next()
    data.make_one_shot_iterator()


def functions(tf):
    outside = tf.constant(3.0)
    data = tf.data.Dataset.from_tensor_slices((IMAGES, LABELS))
    data = data.map(lambda image, label: (image * outside, {"label": label}), num_parallel_calls=2)
    data = data.filter(lambda image, label: tf.reduce_sum(image) > outside)
    data = data.map(lambda image, label: (image[0], Pair(label["label"], 1))).prefetch(1)
    numbers = tf.data.Dataset.range(3)
    numbers.flat_map(lambda x: tf.data.Dataset.range(x))
    numbers.interleave(lambda x: tf.data.Dataset.range(x), cycle_length=2, block_length=3)
    numbers.interleave(lambda x: tf.data.Dataset.range(x), cycle_length=2, num_parallel_calls=2)
    numbers.shard(3, 1).batch(2).unbatch()
    numbers.take_while(lambda x: x < 2)
    numbers.reduce(np.int64(0), lambda state, x: state + x)
    data.make_initializable_iterator().get_next()


def experimental(tf):
    numbers = tf.data.Dataset.range(3)
    numbers.apply(tf.data.experimental.map_and_batch(lambda x: x * 2, 2))
    numbers.apply(tf.data.experimental.map_and_batch(lambda x: x, 2, num_parallel_calls=4, drop_remainder=True))
    numbers.apply(tf.data.experimental.shuffle_and_repeat(5, 2, seed=3))
    numbers.apply(tf.data.experimental.scan(np.int64(1), lambda state, x: (state + x, (state, x))))


def padded(tf):
    data = tf.data.Dataset.range(3).map(lambda x: (tf.fill([tf.cast(x, tf.int32)], x), "text"))
    data.padded_batch(2, padded_shapes=([None], []))
    data.padded_batch(2, ([5], []), (np.int64(7), "x"), drop_remainder=True)


def from_generator(tf):
    tf.data.Dataset.from_generator(lambda: iter([(1, 2.0)]), (tf.int32, tf.float32), (tf.TensorShape([]), None))


GRAPHS = {
    "lecture": lecture,
    "nested": nested,
    "one_shot": one_shot,
    "graph_seed": graph_seed,
    "feedable": feedable,
    "functions": functions,
    "padded": padded,
    "experimental": experimental,
    "from_generator": from_generator,
}


def shuffled(count, size, seed, reshuffle=None, graph_seed=None, repeat=1):
    def build(tf):
        tf.set_random_seed(graph_seed)
        data = tf.data.Dataset.range(count)
        return data.shuffle(size, seed=seed, reshuffle_each_iteration=reshuffle).repeat(repeat)

    return build


def repeated_then_shuffled(tf):
    return tf.data.Dataset.range(12).repeat(3).shuffle(4, seed=7)


def shuffled_batches(tf):
    return tf.data.Dataset.range(12).batch(3, drop_remainder=True).shuffle(3, seed=1).repeat(2)


def shuffled_twice(tf):
    return tf.data.Dataset.range(12).shuffle(5, seed=1).shuffle(4, seed=2).repeat(2)


def shuffled_pairs(tf):
    data = tf.data.Dataset.range(12).shuffle(12, seed=3)
    return tf.data.Dataset.zip((data, data)).repeat(2)


def cached_shuffle(tf):
    return tf.data.Dataset.range(9).shuffle(9, seed=3).cache().repeat(2)


def interleaved(cycle_length, block_length, calls=None):
    def build(tf):
        data = tf.data.Dataset.range(6)
        inner = lambda x: tf.data.Dataset.range(10 * x, 11 * x)  # noqa: E731
        return data.interleave(inner, cycle_length, block_length, num_parallel_calls=calls)

    return build


def computed(tf):
    data = tf.data.Dataset.range(20).filter(lambda x: tf.equal(x % 3, 0)).shuffle(4, seed=2)
    return data.map(lambda x: x * x, num_parallel_calls=3).prefetch(2).repeat(2)


def flattened(tf):
    return tf.data.Dataset.range(5).flat_map(lambda x: tf.data.Dataset.range(x).map(lambda y: x * 10 + y))


def padded_numbers(tf):
    data = tf.data.Dataset.range(1, 6).map(lambda x: tf.fill([tf.cast(x, tf.int32), 2], x))
    return data.padded_batch(2, [None, 3], np.int64(-1))


def counted(tf):
    return tf.data.Dataset.range(7).shard(3, 1).enumerate(4)


def yielded(tf):
    return tf.data.Dataset.from_generator(lambda n: iter(range(n)), tf.int64, [], args=[4]).batch(3).unbatch()


def scanned(tf):
    def step(state, x):
        return state + x, state * x

    return tf.data.Dataset.range(6).apply(tf.data.experimental.scan(np.int64(1), step)).shard(2, 0)


def batched_at_once(tf):
    data = tf.data.Dataset.range(9).apply(tf.data.experimental.shuffle_and_repeat(4, 2, seed=3))
    return data.apply(tf.data.experimental.map_and_batch(lambda x: x * 2, 4)).shard(1, 0)


ORDERS = {
    "scanned": scanned,
    "batched at once": batched_at_once,
    "interleaved": interleaved(3, 2),
    "interleaved one by one": interleaved(2, 1),
    "interleaved in threads": interleaved(2, 3, 2),
    "interleaved more than there are": interleaved(10, 2),
    "computed": computed,
    "flattened": flattened,
    "padded": padded_numbers,
    "counted": counted,
    "yielded": yielded,
    "one": shuffled(5, 1, 7),
    "small": shuffled(12, 4, 7, repeat=3),
    "small, same order": shuffled(12, 4, 7, reshuffle=False, repeat=3),
    "exact": shuffled(12, 12, 7, repeat=2),
    "large": shuffled(12, 10000, 0, repeat=3),
    "large, same order": shuffled(12, 10000, 0, reshuffle=False, repeat=3),
    "long": shuffled(1000, 100, 123, repeat=2),
    "everything": shuffled(10, -2, 3),
    "graph seed": shuffled(12, 12, None, graph_seed=9, repeat=2),
    "both seeds": shuffled(12, 5, 4, graph_seed=9, repeat=2),
    "both seeds zero": shuffled(12, 5, 0, graph_seed=0, repeat=2),
    "negative seed": shuffled(12, 5, -3, repeat=2),
    "repeated first": repeated_then_shuffled,
    "batches": shuffled_batches,
    "twice": shuffled_twice,
    "pairs": shuffled_pairs,
    "cached": cached_shuffle,
}

# Attributes that TensorFlow 1.15 did not have, or that name a function by its text.
_LEFT_OUT = {
    "metadata",
    "replicate_on_split",
    "is_files",
    "buffer_size_min",
    "dataset_factory",
    "incompatible_shape_error",
    "f",
    "predicate",
    "force_synchronous",
    "use_unbounded_threadpool",
    "value",
}


def nodes(graph, attrs_of, constant_of):
    """What of a graph must be the same: type, name, inputs, attributes and shapes of each node; small constants.

    Args:
        attrs_of: from an operation to its attributes' names.
        constant_of: from a Const operation to its value.
    """
    return [
        [
            op.type,
            op.name,
            [tensor.name for tensor in op.inputs],
            _attrs(op, attrs_of(op)),
            [str(tensor.shape) for tensor in op.outputs],
            _small(constant_of(op)) if op.type == "Const" else None,
        ]
        for op in graph.get_operations()
    ]


def _small(array):
    if array.dtype == object:
        return [item.decode() for item in array.reshape(-1)]
    return array.tolist() if array.size <= 1 else None


def _attrs(op, names):
    return {name: _plain(op.get_attr(name)) for name in sorted(names) if name not in _LEFT_OUT}


def _plain(value):
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return value.decode()
    if hasattr(value, "unknown_rank"):
        return None if value.unknown_rank else [dim.size for dim in value.dim]
    if hasattr(value, "as_list"):
        return None if value.rank is None else [-1 if size is None else size for size in value.as_list()]
    return value.name if hasattr(value, "as_datatype_enum") else value


def drain(tf, session, get_next):
    """The values of all remaining elements as plain lists."""
    elements = []
    try:
        while True:
            value = session.run(get_next)
            parts = value if isinstance(value, tuple) else (value,)
            elements.append([np.asarray(part).tolist() for part in parts])
    except tf.errors.OutOfRangeError:
        return elements


def order(tf, build):
    """The elements of a dataset, read twice from its start."""
    with tf.Graph().as_default():
        iterator = build(tf).make_initializable_iterator()
        get_next = iterator.get_next()
        with tf.Session() as session:
            read = []
            for _ in range(2):
                session.run(iterator.initializer)
                read.append(drain(tf, session, get_next))
    return read
