"""Samples of classes, for losses over many of them (API: tf.nn.*_candidate_sampler, compute_accidental_hits)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from convflow.core import errors
from convflow.core.shape import TensorShape
from convflow.formats.files import os_errors
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import range_samplers, rules
from convflow.ops.random_nodes import generator, seed_attrs
from convflow.ops.range_samplers import RangeSampler, Words


class Candidates(NamedTuple):
    """What samplers return.

    Attributes:
        sampled_candidates: class numbers, int64, shape (num_sampled,).
        true_expected_count: how often each true class is expected in such a sample, float32, (batch, num_true).
        sampled_expected_count: the same of the candidates, float32, (num_sampled,).
    """

    sampled_candidates: Tensor
    true_expected_count: Tensor
    sampled_expected_count: Tensor


def uniform_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: int | None = None,
    name: str | None = None,
) -> Candidates:
    """Classes below `range_max`, all equally likely (API: tf.nn.uniform_candidate_sampler).

    Args:
        true_classes: int64, shape (batch, num_true).
        num_sampled: how many to draw for the whole batch.
        unique: whether all of them differ.
        seed: the op's seed; see `tf.set_random_seed`.
    """
    limits = {"num_true": num_true, "num_sampled": num_sampled, "unique": unique, "range_max": range_max}
    return _sampled("UniformCandidateSampler", true_classes, seed, name, **limits)


def log_uniform_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: int | None = None,
    name: str | None = None,
) -> Candidates:
    """Classes by Zipf's law, for words numbered by frequency (API: tf.nn.log_uniform_candidate_sampler).

    Class k is drawn with probability log((k + 2) / (k + 1)) / log(range_max + 1).

    Args:
        true_classes: int64, shape (batch, num_true).
        num_true: how many true classes each row has.
        num_sampled: how many to draw for the whole batch.
        unique: whether all of them differ.
        range_max: class numbers lie below it.
        seed: the op's seed; see `tf.set_random_seed`.

    Returns:
        `sampled_candidates`, `true_expected_count` and `sampled_expected_count`, see `Candidates`.
    """
    limits = {"num_true": num_true, "num_sampled": num_sampled, "unique": unique, "range_max": range_max}
    return _sampled("LogUniformCandidateSampler", true_classes, seed, name, **limits)


def learned_unigram_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: int | None = None,
    name: str | None = None,
) -> Candidates:
    """Classes as often as they were true classes in this session (API: tf.nn.learned_unigram_candidate_sampler).

    Every class counts once from the start.

    Args:
        true_classes: int64, shape (batch, num_true).
        num_true: how many true classes each row has.
        num_sampled: how many to draw for the whole batch.
        unique: whether all of them differ.
        range_max: class numbers lie below it.
        seed: the op's seed; see `tf.set_random_seed`.

    Returns:
        `sampled_candidates`, `true_expected_count` and `sampled_expected_count`, see `Candidates`.
    """
    limits = {"num_true": num_true, "num_sampled": num_sampled, "unique": unique, "range_max": range_max}
    return _sampled("LearnedUnigramCandidateSampler", true_classes, seed, name, **limits)


def fixed_unigram_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    vocab_file: str = "",
    distortion: float = 1.0,
    num_reserved_ids: int = 0,
    num_shards: int = 1,
    shard: int = 0,
    unigrams: Sequence[float] = (),
    seed: int | None = None,
    name: str | None = None,
) -> Candidates:
    """Classes in proportion to given frequencies (API: tf.nn.fixed_unigram_candidate_sampler).

    Args:
        true_classes, num_true, num_sampled, unique, seed: as those of `uniform_candidate_sampler`.
        range_max: the number of classes, reserved ones included.
        vocab_file: a file with a line per class that ends in a comma and its frequency; or
        unigrams: the frequencies themselves.
        distortion: the power that frequencies are raised to; 0 makes them equal.
        num_reserved_ids: so many first classes are never drawn.
        num_shards, shard: of the classes only every `num_shards`th, from number `shard` on, belongs here.
    """
    return _sampled(
        "FixedUnigramCandidateSampler",
        true_classes,
        seed,
        name,
        num_true=num_true,
        num_sampled=num_sampled,
        unique=unique,
        range_max=range_max,
        vocab_file=vocab_file,
        distortion=distortion,
        num_reserved_ids=num_reserved_ids,
        num_shards=num_shards,
        shard=shard,
        unigrams=unigrams,
    )


def all_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    seed: int | None = None,
    name: str | None = None,
) -> Candidates:
    """All `num_sampled` classes in order, to compare samplers with (API: tf.nn.all_candidate_sampler).

    Args:
        true_classes: int64, shape (batch, num_true).
        num_true: how many true classes each row has.
        num_sampled: how many classes there are.
        unique: accepted; all of them differ.
        seed: accepted; nothing is drawn.

    Returns:
        `sampled_candidates`, `true_expected_count` and `sampled_expected_count`, see `Candidates`.
    """
    limits = {"num_true": num_true, "num_sampled": num_sampled, "unique": unique}
    return _sampled("AllCandidateSampler", true_classes, seed, name, **limits)


def _sampled(op_type: str, true_classes: Any, seed: int | None, name: str | None, **attrs: Any) -> Candidates:
    return Candidates(*apply_op(op_type, true_classes=true_classes, name=name, **attrs, **seed_attrs(seed)))


class AccidentalHits(NamedTuple):
    """Where true classes are among the candidates: row, position, and the lowest float32 number to add there."""

    indices: Tensor
    ids: Tensor
    weights: Tensor


def compute_accidental_hits(
    true_classes: Any, sampled_candidates: Any, num_true: int, seed: int | None = None, name: str | None = None
) -> AccidentalHits:
    """True classes that were drawn as candidates too (API: tf.nn.compute_accidental_hits).

    Args:
        true_classes: int64, shape (batch, num_true).
        sampled_candidates: int64, shape (num_sampled,).
    """
    return AccidentalHits(
        *apply_op(
            "ComputeAccidentalHits",
            true_classes=true_classes,
            sampled_candidates=sampled_candidates,
            num_true=num_true,
            name=name,
            **seed_attrs(seed),
        )
    )


# The ops.

# TensorFlow sets aside this many words for each candidate of a run, however many the run needs.
_RESERVED_PER_CANDIDATE = 2048


def _sampler_shape(ctx: InferenceContext) -> list[TensorShape]:
    num_true, num_sampled = ctx.attr("num_true"), ctx.attr("num_sampled")
    true_classes = rules.with_rank(ctx.input(0), 2, "true_classes")
    rules.merge_dimension(
        true_classes[1], num_true, f"true_classes {true_classes} must have num_true={num_true} columns"
    )
    return [TensorShape([num_sampled]), TensorShape([true_classes[0], num_true]), TensorShape([num_sampled])]


def _sampler_kernel(make: Callable[[Operation], RangeSampler]) -> Any:
    def kernel(op: Operation, store: Any) -> Callable[..., tuple[torch.Tensor, ...]]:
        own = generator(op, store)
        num_true, count, unique = op.attrs["num_true"], op.attrs["num_sampled"], op.attrs["unique"]

        def sample(true_classes: torch.Tensor) -> tuple[torch.Tensor, ...]:
            if true_classes.ndim != 2 or true_classes.shape[1] != num_true:
                raise ValueError(f"true_classes {list(true_classes.shape)} must have {num_true} columns.")
            sampler = store.resource(("sampler", op.name), lambda: make(op))
            words = Words(own.words(_RESERVED_PER_CANDIDATE * count))
            classes = true_classes.numpy()
            drawn = range_samplers.draw(sampler, words, count, unique, classes)
            sampler.update(classes.reshape(-1))
            return tuple(torch.from_numpy(values) for values in drawn)

        return sample

    return kernel


def _of_range(kind: Callable[[int], RangeSampler]) -> Callable[[Operation], RangeSampler]:
    return lambda op: kind(op.attrs["range_max"])


def _every(op: Operation) -> RangeSampler:
    return range_samplers.Every(op.attrs["num_sampled"])


def _weighted(op: Operation) -> RangeSampler:
    attrs = op.attrs
    frequencies = _frequencies(op)
    first = attrs["num_reserved_ids"]
    shard, num_shards = attrs["shard"], attrs["num_shards"]
    powers = [np.float32(frequency) ** np.float32(attrs["distortion"]) for frequency in frequencies]
    own = [power for place, power in enumerate(powers, first) if place % num_shards == shard]
    weights = [0.0] * first + [float(power) for power in own]
    if len(weights) != attrs["range_max"]:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"range_max is {attrs['range_max']}, but there are {len(weights)} classes: {first} reserved ones and "
            f"{len(own)} with a frequency. Make range_max their number.",
        )
    return range_samplers.Weighted(weights)


def _frequencies(op: Operation) -> list[float]:
    file, unigrams = op.attrs["vocab_file"], op.attrs["unigrams"]
    if bool(file) == bool(unigrams):
        raise errors.InvalidArgumentError(
            None,
            None,
            "Must provide exactly one of vocab_file and unigrams, "
            f"got vocab_file={file!r} and {len(unigrams)} unigrams.",
        )
    if unigrams:
        return list(unigrams)
    path = file if isinstance(file, str) else file.decode()
    with os_errors("read the vocabulary", path), open(path, "rb") as lines:
        rows = [line.strip() for line in lines]
    try:
        return [float(row.rsplit(b",", 1)[-1]) for row in rows if row]
    except ValueError as error:
        raise errors.InvalidArgumentError(
            None, None, f"Wrong vocabulary format in {file!r}: {error}. Lines end in a comma and a frequency."
        ) from None


_RANGE = "; range_max: int >= 1"
_UNIGRAMS = (
    "; range_max: int >= 1; vocab_file: string = ''; distortion: float = 1; num_reserved_ids: int = 0; "
    "num_shards: int = 1 >= 1; shard: int = 0 >= 0; unigrams: list(float) = []"
)
for _op_type, _more, _make in (
    ("UniformCandidateSampler", _RANGE, _of_range(range_samplers.Uniform)),
    ("LogUniformCandidateSampler", _RANGE, _of_range(range_samplers.LogUniform)),
    ("LearnedUnigramCandidateSampler", _RANGE, _of_range(range_samplers.Learned)),
    ("ThreadUnsafeUnigramCandidateSampler", _RANGE, _of_range(range_samplers.Learned)),
    ("FixedUnigramCandidateSampler", _UNIGRAMS, _weighted),
    ("AllCandidateSampler", "", _every),
):
    register_op(
        _op_type,
        inputs="true_classes: int64",
        outputs="sampled_candidates: int64; true_expected_count: float; sampled_expected_count: float",
        attrs=f"num_true: int >= 1; num_sampled: int >= 1; unique: bool{_more}; seed: int = 0; seed2: int = 0",
        shape=_sampler_shape,
        kernel=_sampler_kernel(_make),
        gradient=NO_GRADIENT,
        stateful=True,
    )


def _hits_shape(ctx: InferenceContext) -> list[TensorShape]:
    num_true = ctx.attr("num_true")
    true_classes = rules.with_rank(ctx.input(0), 2, "true_classes")
    rules.merge_dimension(
        true_classes[1], num_true, f"true_classes {true_classes} must have num_true={num_true} columns"
    )
    rules.with_rank(ctx.input(1), 1, "sampled_candidates")
    return [TensorShape([None])] * 3


def _hits_kernel(op: Operation) -> Callable[..., tuple[torch.Tensor, ...]]:
    num_true = op.attrs["num_true"]

    def find(true_classes: torch.Tensor, candidates: torch.Tensor) -> tuple[torch.Tensor, ...]:
        if true_classes.ndim != 2 or true_classes.shape[1] != num_true or candidates.ndim != 1:
            raise ValueError(f"Got shapes {list(true_classes.shape)} and {list(candidates.shape)}.")
        places = {candidate: place for place, candidate in enumerate(candidates.tolist())}
        hits = [
            (row, places[value])
            for row, values in enumerate(true_classes.tolist())
            for value in values
            if value in places
        ]
        rows, found = zip(*hits, strict=True) if hits else ((), ())
        weights = torch.full((len(hits),), torch.finfo(torch.float32).min)
        return torch.tensor(rows, dtype=torch.int32), torch.tensor(found, dtype=torch.int64), weights

    return find


register_op(
    "ComputeAccidentalHits",
    inputs="true_classes: int64; sampled_candidates: int64",
    outputs="indices: int32; ids: int64; weights: float",
    attrs="num_true: int; seed: int = 0; seed2: int = 0",
    shape=_hits_shape,
    kernel=_hits_kernel,
    gradient=NO_GRADIENT,
)
