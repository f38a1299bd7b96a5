"""Pipelines whose elements are more than tensors, written once for both libraries (see pipelines.py).

Each function takes the library as `tf` and builds into its default graph. Those of GRAPHS build what they like; those
of VALUES return a dataset, or tensors to read until they end.
"""

import numpy as np


def a_sparse(tf, rows=3):
    indices = [[0, 0], [0, 2], [2, 1]]
    return tf.SparseTensor(indices, [1.0, 2.0, 3.0], [rows, 4])


def grown(tf, number):
    """A sparse vector with one value, of a size that grows with the number."""
    return tf.SparseTensor([[number]], [number * 10], [number + 1])


# Graphs


def sparse_sources(tf):
    value = tf.SparseTensorValue(np.array([[0, 1]]), np.array([5]), np.array([2, 3]))
    tf.data.Dataset.from_tensors((a_sparse(tf), value)).make_initializable_iterator().get_next()
    tf.data.Dataset.from_tensor_slices({"a": a_sparse(tf), "b": [1, 2, 3]}).make_initializable_iterator().get_next()
    data = tf.data.Dataset.from_sparse_tensor_slices(a_sparse(tf))
    data.make_initializable_iterator().get_next()


def sparse_batches(tf):
    data = tf.data.Dataset.from_tensor_slices((a_sparse(tf), [1, 2, 3]))
    data.batch(2).make_initializable_iterator().get_next()
    data.batch(3, drop_remainder=True).make_initializable_iterator().get_next()
    data.map(lambda x, y: x).filter(lambda x: tf.equal(tf.size(x.values), 1)).make_initializable_iterator().get_next()
    data.batch(2).unbatch()
    types = (data.output_types, data.output_shapes)
    tf.data.Iterator.from_structure(*types, output_classes=data.output_classes).get_next()


def windows(tf):
    data = tf.data.Dataset.from_tensor_slices({"a": [1, 2, 3], "b": [[1.0], [2.0], [3.0]]})
    windowed = data.window(2, shift=1, drop_remainder=True)
    windowed.flat_map(lambda parts: parts["a"].batch(2)).make_initializable_iterator().get_next()
    data.window(2)


def optionals(tf):
    iterator = tf.data.make_initializable_iterator(tf.data.Dataset.range(3))
    found = tf.data.experimental.get_next_as_optional(iterator)
    found.has_value()
    found.get_value()
    given = tf.data.experimental.Optional.from_value({"x": tf.constant(1), "y": a_sparse(tf)})
    given.get_value("inner")
    tf.data.Dataset.from_tensors(given)


def dense_to_sparse(tf):
    data = tf.data.Dataset.from_tensor_slices([[1, 2], [3, 4], [5, 6]])
    data = data.apply(tf.data.experimental.dense_to_sparse_batch(2, [3]))
    data.make_initializable_iterator().get_next()
    tf.data.experimental.cardinality(data)


GRAPHS = {
    "sparse sources": sparse_sources,
    "sparse batches": sparse_batches,
    "windows": windows,
    "optionals": optionals,
    "dense to sparse": dense_to_sparse,
}


# Values


def sparse_from_tensors(tf):
    return tf.data.Dataset.from_tensors((a_sparse(tf), 7))


def sparse_slices(tf):
    return tf.data.Dataset.from_tensor_slices((a_sparse(tf), [1, 2, 3]))


def sparse_strings(tf):
    return tf.data.Dataset.from_tensor_slices(tf.SparseTensor([[0, 1], [1, 0]], ["a", "b"], [2, 2])).batch(2)


def sparse_triples(tf):
    data = tf.data.Dataset.from_sparse_tensor_slices(a_sparse(tf, rows=4))
    return data.map(lambda *parts: tf.SparseTensor(*parts)).batch(3)


def sparse_batch(tf):
    return tf.data.Dataset.range(1, 6).map(lambda x: (grown(tf, x), x)).batch(2)


def sparse_filter(tf):
    data = tf.data.Dataset.range(6).map(lambda x: grown(tf, x)).filter(lambda x: x.values[0] > 20)
    return data.map(lambda x: tf.sparse_tensor_to_dense(x)).take(2)


def sparse_everything(tf):
    data = tf.data.Dataset.range(6).map(lambda x: grown(tf, x)).shuffle(3, seed=5).cache().repeat(2).skip(1)
    return tf.data.Dataset.zip((data, data.prefetch(1))).batch(2, True).batch(1)


def sparse_unbatch(tf):
    return tf.data.Dataset.range(1, 6).map(lambda x: (grown(tf, x), x)).batch(2).unbatch()


def sparse_scan(tf):
    def step(state, x):
        return tf.sparse_add(state, a_sparse(tf)), tf.sparse_reduce_sum(state) + tf.cast(x, tf.float32)

    return tf.data.Dataset.range(3).apply(tf.data.experimental.scan(a_sparse(tf), step))


def sparse_flat_map(tf):
    return tf.data.Dataset.range(1, 3).flat_map(lambda x: tf.data.Dataset.from_tensors(grown(tf, x)).repeat(2))


def listed(tf):
    return tf.data.Dataset.range(2).map(lambda x: [x, [x, x + 1]])


def growing_scan(tf):
    step = lambda state, x: (tf.concat([state, [x]], 0), tf.size(state))  # noqa: E731
    return tf.data.Dataset.range(3).apply(tf.data.experimental.scan(np.zeros(1, np.int64), step))


def growing_reduce(tf):
    return tf.data.Dataset.from_tensors(0).map(
        lambda _: tf.data.Dataset.range(4).reduce(np.zeros(0, np.int64), lambda state, x: tf.concat([state, [x]], 0))
    )


def dense_to_sparse_values(tf):
    data = tf.data.Dataset.range(1, 5).map(lambda x: tf.fill([tf.cast(x, tf.int32)], x))
    return data.apply(tf.data.experimental.dense_to_sparse_batch(3, [None]))


def windowed(size, shift=None, stride=1, drop=False, count=10):
    def build(tf):
        data = tf.data.Dataset.range(count).window(size, shift, stride, drop)
        return data.flat_map(lambda window: window.batch(size))

    return build


def windowed_twice(tf):
    data = tf.data.Dataset.range(8).window(4).map(lambda window: window.window(2))
    return data.flat_map(lambda outer: outer).flat_map(lambda inner: inner.repeat(2).batch(4))


def windowed_pairs(tf):
    data = tf.data.Dataset.range(7).map(lambda x: (x, {"y": tf.cast(x, tf.float32) / 2})).shuffle(7, seed=1)
    zipped = lambda x, y: tf.data.Dataset.zip((x.batch(3), y["y"].batch(3)))  # noqa: E731
    return data.window(3, 2).flat_map(zipped)


def windowed_sparse(tf):
    data = tf.data.Dataset.range(5).map(lambda x: grown(tf, x)).window(2, 1)
    return data.flat_map(lambda window: window.batch(2))


def windows_batched(tf):
    return tf.data.Dataset.range(6).window(2).batch(2).unbatch().flat_map(lambda window: window)


def windows_reduced(tf):
    summed = lambda window: window.reduce(np.int64(0), lambda a, b: a + b)  # noqa: E731
    return tf.data.Dataset.range(7).window(3).map(summed)


def datasets_as_elements(tf):
    nested = tf.data.Dataset.from_tensors((tf.data.Dataset.range(3), 4))
    return nested.repeat(2).flat_map(lambda inner, x: inner.map(lambda y: x + tf.cast(y, tf.int32)))


def optional_elements(tf):
    optional = tf.data.experimental.Optional.from_value((5, a_sparse(tf)))
    data = tf.data.Dataset.from_tensors(optional).repeat(2)
    return data.map(lambda found: (found.has_value(), found.get_value()[0]))


def reducer(tf):
    made = tf.data.experimental.Reducer(
        lambda key: (np.int64(0), tf.cast(key, tf.float32)),
        lambda state, x: (state[0] + x, state[1] + 1.0),
        lambda total, count: {"total": total, "count": count},
    )
    return tf.data.Dataset.range(10).apply(tf.data.experimental.group_by_reducer(lambda x: (7 - x) % 3, made))


def reducer_growing(tf):
    made = tf.data.experimental.Reducer(
        lambda key: tf.zeros([0], tf.int64), lambda state, x: tf.concat([state, [x]], 0), lambda state: state
    )
    return tf.data.Dataset.range(7).apply(tf.data.experimental.group_by_reducer(lambda x: x % 2, made))


def resampled(initial):
    def build(tf):
        tf.set_random_seed(7)
        classes = [0, 0, 0, 1, 0, 0, 2, 0] * 8
        data = tf.data.Dataset.from_tensor_slices(classes)
        target = [0.2, 0.4, 0.4]
        return data.apply(tf.data.experimental.rejection_resample(lambda x: x, target, initial, seed=3))

    return build


def interleaved_ahead(tf):
    make = lambda x: tf.data.Dataset.range(10 * x, 10 * x + 3 + x)  # noqa: E731
    return tf.data.Dataset.range(5).apply(tf.data.experimental.parallel_interleave(make, 2, 2))


def optional_reading(tf):
    iterator = tf.data.make_one_shot_iterator(tf.data.Dataset.range(2))
    found = tf.data.experimental.get_next_as_optional(iterator)
    return tf.cond(found.has_value(), lambda: found.get_value(), lambda: tf.constant(-1, tf.int64))


def cardinalities(tf):
    numbers = tf.data.Dataset.range(10)
    data = [
        numbers,
        numbers.repeat(),
        numbers.repeat(3),
        numbers.take(4),
        numbers.take(-1),
        numbers.skip(4),
        numbers.skip(40),
        numbers.skip(-1),
        numbers.batch(3),
        numbers.batch(3, True),
        numbers.filter(lambda x: x > 1),
        numbers.map(lambda x: x),
        numbers.map(lambda x: x, 2),
        numbers.shuffle(3),
        numbers.cache(),
        numbers.prefetch(2),
        numbers.concatenate(numbers),
        numbers.concatenate(numbers.repeat()),
        tf.data.Dataset.zip((numbers, numbers.take(2))),
        tf.data.Dataset.zip((numbers.repeat(), numbers)),
        numbers.shard(3, 1),
        numbers.window(4),
        numbers.window(4, 1, 2, True),
        numbers.flat_map(lambda x: numbers),
        numbers.interleave(lambda x: numbers, 2),
        numbers.padded_batch(4, []),
        numbers.repeat(0),
        numbers.batch(2).unbatch(),
        tf.data.Dataset.from_tensors(1),
        tf.data.Dataset.from_tensor_slices([1, 2]),
        numbers.apply(tf.data.experimental.map_and_batch(lambda x: x, 4)),
        numbers.apply(tf.data.experimental.shuffle_and_repeat(4, 2)),
        numbers.apply(tf.data.experimental.scan(np.int64(0), lambda s, x: (s, x))),
        numbers.apply(tf.data.experimental.unique()),
        numbers.apply(tf.data.experimental.ignore_errors()),
        numbers.apply(tf.data.experimental.take_while(lambda x: x < 2)),
        numbers.apply(tf.data.experimental.dense_to_sparse_batch(3, [])),
        tf.data.experimental.RandomDataset(1),
        tf.data.experimental.Counter(),
        tf.data.TextLineDataset("x"),
        numbers.repeat().take(5),
        numbers.repeat().skip(5),
        numbers.repeat().batch(3),
        numbers.filter(lambda x: x > 1).take(3),
        numbers.take(0).repeat(),
        numbers.repeat(-1).window(3),
        tf.data.experimental.sample_from_datasets([numbers, numbers]),
    ]
    return tf.stack([tf.data.experimental.cardinality(one) for one in data])


VALUES = {
    "sparse tensors": sparse_from_tensors,
    "sparse slices": sparse_slices,
    "sparse strings": sparse_strings,
    "sparse triples": sparse_triples,
    "sparse batch": sparse_batch,
    "sparse filter": sparse_filter,
    "sparse everything": sparse_everything,
    "sparse unbatch": sparse_unbatch,
    "sparse scan": sparse_scan,
    "sparse flat map": sparse_flat_map,
    "listed": listed,
    "growing scan": growing_scan,
    "growing reduce": growing_reduce,
    "dense to sparse": dense_to_sparse_values,
    "window": windowed(3),
    "window of one": windowed(1, 3),
    "overlapping": windowed(4, 2),
    "shifted far": windowed(2, 5),
    "strides": windowed(3, 1, 2),
    "strides, whole": windowed(3, 4, 3, True),
    "whole": windowed(4, 1, 1, True),
    "too large": windowed(20, None, 1, True),
    "windows of windows": windowed_twice,
    "windows of pairs": windowed_pairs,
    "windows of sparse": windowed_sparse,
    "windows in batches": windows_batched,
    "windows reduced": windows_reduced,
    "datasets as elements": datasets_as_elements,
    "optional elements": optional_elements,
    "reducer": reducer,
    "reducer of growing states": reducer_growing,
    "resampled": resampled([0.75, 0.125, 0.125]),
    "resampled, unknown": resampled(None),
    "interleaved ahead": interleaved_ahead,
    "optional reading": optional_reading,
    "cardinalities": cardinalities,
}

_MOST = 60


def specs(tf):
    """What the datasets of VALUES say of their elements."""
    described = {}
    for name, build in VALUES.items():
        with tf.Graph().as_default():
            made = build(tf)
            if hasattr(made, "make_initializable_iterator"):
                described[name] = [
                    repr(tf.data.experimental.get_structure(made)),
                    str(tf.data.get_output_shapes(made)),
                    str(tf.data.get_output_types(made)),
                ]
    return described


def plain(value):
    """An element as JSON has it: a sparse tensor as its three parts, dicts by their keys, bytes as text."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    listed = np.asarray(value).tolist()
    return texts(listed)


def texts(value):
    if isinstance(value, list):
        return [texts(part) for part in value]
    return value.decode() if isinstance(value, bytes) else value


def values(tf, build):
    """The elements that a pipeline gives, at most a few dozen."""
    with tf.Graph().as_default():
        made = build(tf)
        element, initializer = made, tf.no_op()
        if hasattr(made, "make_initializable_iterator"):
            iterator = made.make_initializable_iterator()
            element, initializer = iterator.get_next(), iterator.initializer
        read = []
        with tf.Session() as session:
            session.run(initializer)
            for _ in range(_MOST if element is not made else 3):
                try:
                    read.append(plain(session.run(element)))
                except tf.errors.OutOfRangeError:
                    break
        return read
