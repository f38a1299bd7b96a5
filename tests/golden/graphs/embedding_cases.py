"""Calls of lookups, samplers and sampled losses whose graphs are compared with TensorFlow's (see array_cases.py)."""

import numpy as np


def cases(tf):
    def P(shape, dtype=tf.float32):
        return tf.placeholder(dtype, shape)

    def ids(shape=(None,), dtype=tf.int32):
        return tf.placeholder(dtype, shape)

    def sparse(dtype=tf.int64, rank=2):
        return tf.SparseTensor(P((None, rank), tf.int64), P((None,), dtype), P((rank,), tf.int64))

    def fixed_sparse():
        return tf.SparseTensor([[0, 0], [1, 0], [1, 2]], np.array([1, 2, 0]), [2, 3])

    def variable(name="v", rows=4, **kwargs):
        return tf.get_variable(name, [rows, 2], initializer=tf.zeros_initializer(), **kwargs)

    lookup, sparse_lookup, safe = (
        tf.nn.embedding_lookup,
        tf.nn.embedding_lookup_sparse,
        tf.nn.safe_embedding_lookup_sparse,
    )
    found = {
        "lookup": lambda: lookup(P((5, 2)), ids()),
        "lookup list": lambda: lookup([P((5, 2))], [0, 1], name="e"),
        "lookup array": lambda: lookup(np.ones((3, 2), np.float32), ids((None, 2), tf.int64)),
        "lookup max_norm": lambda: lookup(P((5, 2)), [0, 1], max_norm=1.0),
        "lookup max_norm unknown": lambda: lookup(P(None), ids(None), max_norm=1.0),
        "lookup scalar max_norm": lambda: lookup(P((5, 2)), ids(()), max_norm=1.0),
        "lookup variable": lambda: lookup(variable(), ids()),
        "lookup resource": lambda: lookup(variable(use_resource=True), ids()),
        "lookup resources": lambda: lookup([variable(n, use_resource=True) for n in "vw"], ids()),
        "lookup partitioned": lambda: lookup(
            variable(rows=5, partitioner=tf.fixed_size_partitioner(2)), ids(), partition_strategy="div"
        ),
        "lookup nothing": lambda: lookup(None, ids()),
        "lookup no part": lambda: lookup([], ids()),
        "lookup mod": lambda: lookup([P((5, 2)), P((4, 2)), P((4, 2))], ids(dtype=tf.int64)),
        "lookup mod ranks": lambda: lookup([P((5, 2, 3)), P((4, None, 3))], ids((2, 3)), name="e"),
        "lookup mod unknown": lambda: lookup([P((None, None)), P((None, 2))], ids(None)),
        "lookup div": lambda: lookup([P((5, 2)), P((4, 2)), P((4, 2))], ids((None, 2), tf.int64), "div", max_norm=1.0),
        "lookup div int32": lambda: lookup([P((5, 2)), P((4, 2))], ids(), partition_strategy="div"),
        "lookup div unknown": lambda: lookup([P((None, 2)), P((4, 2))], ids(), partition_strategy="div"),
        "lookup other strategy": lambda: lookup([P((5, 2)), P((4, 2))], ids(), partition_strategy="row"),
        "gather resource": lambda: tf.gather(variable(use_resource=True), ids(), name="g"),
        "sparse dense ids": lambda: sparse_lookup(P((5, 2)), ids(), None),
        "sparse combiner": lambda: sparse_lookup(P((5, 2)), sparse(), None, combiner="max"),
        "sparse max_norm": lambda: sparse_lookup(P((5, 2)), sparse(), None, max_norm=1.0),
        "sparse parts": lambda: sparse_lookup([P((5, 2)), P((5, 2))], sparse(), None, name="s"),
        "sparse fast": lambda: sparse_lookup(P((5, 2)), sparse(), sparse(tf.float32), allow_fast_lookup=True),
        "sparse half": lambda: sparse_lookup(P((5, 2), tf.float16), sparse(), sparse(tf.float32)),
        "sparse rank 3": lambda: sparse_lookup(P((5, 2, 3)), sparse(), sparse(tf.float32)),
        "sparse known": lambda: sparse_lookup(P((5, 2)), fixed_sparse(), None, combiner="sum"),
        "sparse variable": lambda: sparse_lookup(variable(), sparse(), None),
        "safe": lambda: safe(P((5, 2)), sparse()),
        "safe name": lambda: safe([P((5, 2))], sparse(), sparse(tf.float32), "sum", default_id=3, name="s"),
        "safe weights": lambda: safe(P((5, 2)), sparse(), sparse(tf.float32)),
        "safe rank 3": lambda: safe([P((5, 2)), P((5, 2))], sparse(rank=3), combiner="sqrtn"),
        "safe nothing": lambda: safe(None, sparse()),
        "hits": lambda: tf.nn.compute_accidental_hits(ids((2, 1), tf.int64), ids((5,), tf.int64), 1),
        "hits name": lambda: tf.nn.compute_accidental_hits(ids((None, 2), tf.int64), [1, 2], 2, seed=3, name="h"),
        "hits columns": lambda: tf.nn.compute_accidental_hits(ids((None, 2), tf.int64), [1, 2], 3),
        "all": lambda: tf.nn.all_candidate_sampler(ids((None, 2), tf.int64), 2, 5, True, seed=3),
        "fixed": lambda: tf.nn.fixed_unigram_candidate_sampler(
            ids((2, 1), tf.int64), 1, 3, False, 4, unigrams=[1.0, 2.0, 3.0, 4.0], seed=3, name="f"
        ),
        "no samples": lambda: tf.nn.uniform_candidate_sampler(ids((2, 1), tf.int64), 1, 0, False, 4),
        "sampler int32": lambda: tf.nn.uniform_candidate_sampler(ids((2, 1)), 1, 3, False, 4),
        "sampler rank": lambda: tf.nn.uniform_candidate_sampler(ids((2,), tf.int64), 1, 3, False, 4),
    }
    for combiner in ("sum", "mean", "sqrtn"):
        found[f"sparse {combiner}"] = lambda combiner=combiner: sparse_lookup(
            P((5, 2)), sparse(), None, "mod", combiner
        )
        found[f"sparse {combiner} name"] = lambda combiner=combiner: sparse_lookup(
            P((5, 2)), sparse(tf.int32), None, name="s", combiner=combiner
        )
        found[f"sparse weights {combiner}"] = lambda combiner=combiner: sparse_lookup(
            P((5, 2)), sparse(), sparse(tf.float32), combiner=combiner, name="s"
        )
    for name in ("uniform", "log_uniform", "learned_unigram"):
        found[f"{name} sampler"] = lambda name=name: getattr(tf.nn, f"{name}_candidate_sampler")(
            ids((None, 1), tf.int64), 1, 5, True, 50, seed=3
        )

    def inputs(labels=tf.int64, num_true=1, batch=3):
        return P((50, 4)), P((50,)), P((batch, num_true), labels), P((batch, 4))

    for name in ("nce_loss", "sampled_softmax_loss"):
        loss = getattr(tf.nn, name)
        found.update(
            {
                name: lambda loss=loss: loss(*inputs(), 5, 50),
                f"{name} batch": lambda loss=loss: loss(*inputs(batch=None), 5, 50, name="n"),
                f"{name} two": lambda loss=loss: loss(*inputs(tf.int32, 2), 5, 50, 2),
                f"{name} hits": lambda loss=loss: loss(*inputs(), 5, 50, remove_accidental_hits=True),
                f"{name} no hits": lambda loss=loss: loss(*inputs(), 5, 50, remove_accidental_hits=False),
                f"{name} parts": lambda loss=loss: loss(
                    [P((25, 4)), P((25, 4))], P((50,)), P((3, 1), tf.int64), P((3, 4)), 5, 50, partition_strategy="div"
                ),
                f"{name} sampled": lambda loss=loss: loss(
                    *inputs(),
                    5,
                    50,
                    sampled_values=tf.nn.uniform_candidate_sampler(P((3, 1), tf.int64), 1, 5, True, 50, seed=2),
                ),
                f"{name} unknown": lambda loss=loss: loss(
                    P(None), P(None), P((None, 1), tf.int64), P((None, 4)), 5, 50
                ),
            }
        )
    return found
