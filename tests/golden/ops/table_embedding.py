"""Cases: lookups in tables, candidate samplers, losses over samples."""

from __future__ import annotations

from collections.abc import Iterator

from cases import Case, Sparse, X, case, given

# Ids of four examples, the third of which has none.
PLACES = [[0, 0], [0, 2], [1, 0], [3, 0], [3, 1], [3, 3]]
WITHOUT_GAPS = [[0, 0], [0, 2], [1, 0], [2, 0], [2, 1], [3, 3]]
WEIGHTS = [0.5, 2.0, 1.5, -1.0, 0.25, 3.0]


def ids(values: list[int], dtype: str = "int64") -> X:
    return given(values, dtype)


def sparse(places: list[list[int]], values: X, shape: list[int]) -> Sparse:
    return Sparse(places, values, shape)


def table() -> Iterator[Case]:
    yield from lookups()
    yield from sparse_lookups()
    yield from samplers()
    yield from sampled_losses()


def lookups() -> Iterator[Case]:
    call = "nn.embedding_lookup"
    for dtype in ("float16", "float32", "float64", "int32"):
        yield case(call, X(5, 3, dtype=dtype), [4, 0, 4], name=f"one table {dtype}")
    for shape in ((), (0,), (2, 2)):
        picked = X(*shape, dtype="int32", low=0, high=4)
        yield case(call, X(5, 3), picked, name=f"ids {shape}")
        yield case(call, X(5, 2, 2), picked, max_norm=1.0, name=f"ids {shape} clipped")
    for strategy in ("mod", "div"):
        for rows in ((3, 3), (3, 2), (2, 2, 1), (1, 1, 1, 1)):
            parts = [X(count, 2) for count in rows]
            total = sum(rows)
            for dtype in ("int32", "int64"):
                picked = ids([total - 1, 0, *range(total)], dtype)
                yield case(call, parts, picked, strategy, name=f"{strategy} {rows} {dtype}")
        parts = [X(3, 2, 2), X(2, 2, 2)]
        yield case(call, parts, ids([[0, 4], [1, 1]]), strategy, max_norm=1.5, name=f"{strategy} clipped")
        yield case(call, parts, ids([]), strategy, name=f"{strategy} none")
    yield case(call, [X(3, 2), X(2, 2)], ids([0]), "row", name="unknown strategy", fails="building")
    yield case(call, [], ids([0]), name="no part", fails="building")
    yield case(call, X(3, 2), ids([3]), name="beyond the table", fails=True)
    yield case(call, X(3, 2), [0.5], name="floating ids", fails=True)


def sparse_lookups() -> Iterator[Case]:
    call = "nn.embedding_lookup_sparse"
    for combiner in ("sum", "mean", "sqrtn"):
        entries = sparse(WITHOUT_GAPS, ids([1, 4, 0, 2, 2, 3]), [4, 4])
        for dtype in ("float32", "float64"):
            weights = sparse(WITHOUT_GAPS, given(WEIGHTS, dtype), [4, 4])
            rows = X(5, 3, dtype=dtype)
            yield case(call, rows, entries, None, combiner=combiner, name=f"{combiner} {dtype}")
            yield case(call, rows, entries, weights, combiner=combiner, name=f"weighted {combiner} {dtype}")
        weights = sparse(WITHOUT_GAPS, given(WEIGHTS), [4, 4])
        parts = [X(3, 2), X(2, 2)]
        yield case(call, parts, entries, None, combiner=combiner, name=f"parts {combiner}")
        yield case(call, parts, entries, weights, "div", combiner=combiner, name=f"weighted parts {combiner}")
        yield case(call, X(5, 3), entries, None, combiner=combiner, max_norm=1.0, name=f"clipped {combiner}")
        gaps = sparse(PLACES, ids([1, 4, 0, 2, 2, 3]), [4, 4])
        yield case(call, X(5, 3), gaps, None, combiner=combiner, name=f"gap {combiner}")
        safe = "nn.safe_embedding_lookup_sparse"
        holes = sparse(PLACES, ids([1, -4, 0, 2, 2, 3]), [4, 4])
        of_holes = sparse(PLACES, given(WEIGHTS), [4, 4])
        for name, arguments in (("", {}), (" default", {"default_id": 2}), (" clipped", {"max_norm": 1.0})):
            yield case(safe, X(5, 3), holes, None, combiner, name=f"{combiner}{name}", **arguments)
            yield case(safe, X(5, 3), holes, of_holes, combiner, name=f"weighted {combiner}{name}", **arguments)
        yield case(safe, [X(3, 2), X(2, 2)], holes, None, combiner, name=f"parts {combiner}")
        deep = sparse([[0, 0, 0], [0, 1, 1], [1, 1, 0]], ids([3, 1, 2]), [2, 2, 2])
        yield case(safe, X(5, 3), deep, combiner=combiner, name=f"rank 3 {combiner}")
    yield case(call, X(5, 3), ids([1]), None, name="dense ids", fails="building")
    yield case(call, X(5, 3), entries, None, combiner="max", name="unknown combiner", fails="building")
    yield case("nn.safe_embedding_lookup_sparse", [], entries, name="no table", fails="building")


def samplers() -> Iterator[Case]:
    truth = ids([[1, 3], [0, 7], [2, 2]])
    for name in ("uniform", "log_uniform", "learned_unigram"):
        for call in (f"nn.{name}_candidate_sampler", f"random.{name}_candidate_sampler"):
            yield case(call, truth, 2, 5, True, 20, seed=5, runs=3, name="unique")
        call = f"nn.{name}_candidate_sampler"
        yield case(call, truth, 2, 5, False, 20, seed=5, runs=3, name="repeating")
        yield case(call, truth, 2, 8, True, 8, seed=5, runs=2, name="all there are")
        yield case(call, truth, 2, 40, True, 50000, graph_seed=5, runs=2, name="of many")
        yield case(call, truth, 2, 9, True, 8, seed=5, name="more than there are", fails=True)
        yield case(call, truth, 2, 0, True, 8, seed=5, name="none", fails="building")
        yield case(call, ids([1, 2]), 2, 3, True, 8, seed=5, name="rank 1", fails=True)
    for name in ("nn", "random"):
        call = f"{name}.fixed_unigram_candidate_sampler"
        weights = [1.0, 2.0, 0.5, 10.0, 3.0, 0.125, 7.0, 1.0]
        for unique in (True, False):
            yield case(call, truth, 2, 5, unique, 8, unigrams=weights, seed=5, runs=3, name=f"unique={unique}")
            more = {"distortion": 0.75, "num_reserved_ids": 2}
            yield case(call, truth, 2, 5, unique, 10, unigrams=weights, seed=5, name=f"distorted {unique}", **more)
        shards = {"num_shards": 2, "shard": 1}
        yield case(call, ids([[1]]), 1, 6, False, 4, unigrams=weights, seed=5, name="a shard", **shards)
        yield case(call, truth, 2, 5, True, 7, unigrams=weights, seed=5, name="another range", fails=True)
        yield case(call, truth, 2, 5, True, 8, seed=5, name="no weights", fails=True)
        yield case(f"{name}.all_candidate_sampler", truth, 2, 8, True, seed=5, name="all")
    yield case("nn.compute_accidental_hits", truth, ids([2, 7, 9, 2, 3]), 2, name="hits")
    yield case("nn.compute_accidental_hits", truth, ids([9]), 2, name="no hits")
    yield case("nn.compute_accidental_hits", truth, ids([9]), 3, name="columns", fails="building")


def sampled_losses() -> Iterator[Case]:
    for call in ("nn.nce_loss", "nn.sampled_softmax_loss"):
        for dtype in ("float32", "float64"):
            for num_true in (1, 2):
                labels = X(3, num_true, dtype="int64", low=0, high=19)
                arguments = (X(20, 4, dtype=dtype), X(20, dtype=dtype), labels, X(3, 4, dtype=dtype), 6, 20, num_true)
                if dtype == "float32":
                    yield case(call, *arguments, graph_seed=3, name=f"{num_true} true")
                    for remove in (True, False):
                        name = f"{num_true} true, hits removed: {remove}"
                        yield case(call, *arguments, graph_seed=4, remove_accidental_hits=remove, name=name)
                given_sample = [ids([3, 9, 1, 0]), given([[0.5] * num_true] * 3, dtype), given([0.5] * 4, dtype)]
                name = f"{num_true} true, sample given {dtype}"
                yield case(call, *arguments[:4], 4, 20, num_true, given_sample, remove_accidental_hits=True, name=name)
        parts = [X(10, 4), X(10, 4)]
        labels = X(3, 1, dtype="int32", low=0, high=19)
        for strategy in ("mod", "div"):
            arguments = (parts, X(20), labels, X(3, 4), 6, 20)
            yield case(call, *arguments, partition_strategy=strategy, graph_seed=5, name=f"parts {strategy}")
        yield case(call, X(20, 4), X(20), labels, X(3, 5), 6, 20, name="sizes", fails=True)
    yield case("nn.sampled_softmax_loss", X(20, 4), X(20), X(3, 1, dtype="int64", low=0), X(3, 4), 6, 20, seed=9)
