"""Beam search against TensorFlow Addons' and against trying all sequences."""

import importlib
import itertools
import json
from pathlib import Path

import numpy as np
import pytest

import convflow as tf

seq2seq = tf.contrib.seq2seq
GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "recurrent" / "beam_search.json"
RECORDED = json.loads(GOLDEN.read_text(encoding="utf-8"))
RUNS = RECORDED["searches"]["runs"]
WEIGHTS = {name: np.array(value, "float32") for name, value in RECORDED["searches"]["weights"].items()}
RANDOM = np.random.default_rng(4)


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as opened:
        yield opened


@pytest.mark.parametrize("case", RECORDED["trees"], ids=str)
@pytest.mark.parametrize("known", [True, False])
def test_trees(session, case, known):
    given = {name: np.array(case[name], "int32") for name in case if name != "beams"}
    fed = {}
    if not known:
        fed = {tf.placeholder(tf.int32, [None] * value.ndim, name): value for name, value in given.items()}
        given = {holder.op.name: holder for holder in fed}
    beams = seq2seq.gather_tree(**given)
    assert beams.op.type == "GatherTree" and beams.shape.rank == 3
    assert session.run(beams, fed).tolist() == case["beams"]


def test_trees_by_definition(session):
    steps, parents = RANDOM.integers(0, 4, (6, 2, 3)), RANDOM.integers(0, 3, (6, 2, 3))
    found = session.run(seq2seq.gather_tree(steps.astype("int32"), parents.astype("int32"), [6, 4], 9))
    for batch, beam in np.ndindex(2, 3):
        length = (6, 4)[batch]
        path, at = [], beam
        for time in reversed(range(length)):
            path.append(steps[time, batch, at])
            at = parents[time, batch, at]
        assert found[:, batch, beam].tolist() == path[::-1] + [9] * (6 - length)


@pytest.mark.parametrize("case", RECORDED["arrays"], ids=lambda case: str(np.shape(case["t"])))
def test_arrays(session, case):
    t = tf.constant(case["t"], tf.float32)
    ordered = seq2seq.gather_tree_from_array(t, tf.constant(case["parents"]), tf.constant(case["lengths"], tf.int64))
    assert ordered.shape.as_list() == list(np.shape(case["t"]))
    np.testing.assert_array_equal(session.run(ordered), np.array(case["ordered"], "float32"))


def attending_decoder(width, length_weight, coverage_weight, state_of=None, **options):
    encoded = seq2seq.tile_batch(tf.constant(WEIGHTS["encoded"]), width)
    mechanism = seq2seq.LuongAttention(4, encoded, seq2seq.tile_batch(tf.constant([3, 2]), width))
    cell = seq2seq.AttentionWrapper(tf.nn.rnn_cell.BasicRNNCell(4), mechanism, 4, alignment_history=True)
    start = cell.zero_state(2 * width, tf.float32)
    start = start.clone(cell_state=seq2seq.tile_batch(tf.constant(WEIGHTS["state"]), width))
    return seq2seq.BeamSearchDecoder(
        cell,
        tf.constant(WEIGHTS["embedding"]),
        tf.placeholder_with_default([1, 2], [None]),
        0,
        start,
        width,
        tf.layers.Dense(5, use_bias=False),
        length_penalty_weight=length_weight,
        coverage_penalty_weight=coverage_weight,
        **options,
    )


def loaded(session):
    at = "decoder/attention_wrapper/"
    values = {
        "memory_layer/kernel": WEIGHTS["memory"],
        f"{at}basic_rnn_cell/kernel": np.concatenate([WEIGHTS["kernel"], WEIGHTS["recurrent"]]),
        f"{at}basic_rnn_cell/bias": WEIGHTS["bias"],
        f"{at}attention_layer/kernel": WEIGHTS["attention"],
        "decoder/dense/kernel": WEIGHTS["output"],
    }
    assert {variable.op.name for variable in tf.trainable_variables()} == values.keys()
    for variable in tf.trainable_variables():
        variable.load(values[variable.op.name], session)


def described(run):
    return f"{run['width']} {run['length_penalty_weight']} {run['coverage_penalty_weight']}"


@pytest.mark.parametrize("run", RUNS, ids=described)
def test_searches(session, run):
    decoder = attending_decoder(run["width"], run["length_penalty_weight"], run["coverage_penalty_weight"])
    outputs, state, steps = seq2seq.dynamic_decode(decoder, maximum_iterations=6)
    assert isinstance(outputs, seq2seq.FinalBeamSearchDecoderOutput)
    assert isinstance(state, seq2seq.BeamSearchDecoderState)
    assert outputs.predicted_ids.shape.as_list() == [None, None, run["width"]]
    assert outputs.predicted_ids.dtype == tf.int32
    loaded(session)
    outputs, state, steps = session.run([outputs, state, steps])
    raw = outputs.beam_search_decoder_output
    assert outputs.predicted_ids.tolist() == run["predicted_ids"]
    assert raw.parent_ids.tolist() == run["parent_ids"]
    assert state.lengths.tolist() == run["lengths"] and state.finished.tolist() == run["finished"]
    assert steps.tolist() == run["steps"]
    np.testing.assert_allclose(raw.scores, np.array(run["scores"], "float32"), rtol=1e-5)
    np.testing.assert_allclose(state.log_probs, np.array(run["log_probs"], "float32"), rtol=1e-5)
    np.testing.assert_allclose(state.cell_state.alignment_history, run["history"], rtol=2e-4, atol=1e-6)


def along_beams(run, history):
    """Weights in the order of the steps, along the final beams."""
    parents = np.array(run["parent_ids"]).transpose(1, 0, 2)
    split = history.reshape(len(history), 2, run["width"], 3)
    found = split.copy()
    for batch, beam in np.ndindex(2, run["width"]):
        at = beam
        for time in reversed(range(run["lengths"][batch][beam])):
            found[time, batch, beam] = split[time, batch, at]
            at = parents[time, batch, at]
    return found.reshape(history.shape)


def test_arrays_stay_where_the_program_asks(session):
    decoder = attending_decoder(3, 0.0, 0.0, reorder_tensor_arrays=False)
    outputs, state, _ = seq2seq.dynamic_decode(decoder, output_time_major=True, maximum_iterations=6)
    assert isinstance(state.cell_state.alignment_history, tf.TensorArray)
    history = state.cell_state.alignment_history.stack()
    loaded(session)
    ids, history = session.run([outputs.predicted_ids, history])
    assert ids.transpose(1, 0, 2).tolist() == RUNS[4]["predicted_ids"]
    np.testing.assert_allclose(along_beams(RUNS[4], history), RUNS[4]["history"], rtol=2e-4, atol=1e-6)


class Table(tf.nn.rnn_cell.RNNCell):
    """The scores of a symbol's followers are a row of a table."""

    state_size = 1

    def __init__(self, table):
        super().__init__()
        self._table = table

    @property
    def output_size(self):
        return len(self._table)

    def call(self, inputs, state):
        return tf.matmul(inputs, tf.constant(self._table)), state + 1


def all_sequences(table, first, steps, length_weight):
    """(score, symbols) of all sequences that end with 0 within `steps`, or have as many symbols, best first."""
    log_probs = table - np.log(np.exp(table).sum(1, keepdims=True))
    found = []
    for symbols in itertools.product(range(len(table)), repeat=steps):
        length = symbols.index(0) if 0 in symbols else steps
        if any(symbols[length:]):
            continue
        path = [first, *symbols[: length + 1]]
        # The end counts once a beam that has ended goes on, not in the step in which it ends.
        counted = length + 1 if length < steps - 1 else length
        total = sum(log_probs[one, other] for one, other in itertools.pairwise(path))
        found.append((total / ((5 + counted) / 6) ** length_weight, list(symbols)))
    return sorted(found, key=lambda item: -item[0])


@pytest.mark.parametrize("length_weight", [0.0, 0.7, -0.5])
@pytest.mark.parametrize("symbols", [2, 3])
def test_a_wide_search_finds_what_trying_everything_finds(session, symbols, length_weight):
    steps = 4
    table = RANDOM.normal(size=(symbols, symbols)).astype("float32")
    width = symbols**steps
    eye = tf.eye(symbols)
    cell = Table(table)
    start = cell.zero_state(2 * width, tf.float32)
    decoder = seq2seq.BeamSearchDecoder(
        cell, lambda ids: tf.nn.embedding_lookup(eye, ids), [0, 1], 0, start, width, length_penalty_weight=length_weight
    )
    outputs, _, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=steps)
    ids, scores = session.run([outputs.predicted_ids, outputs.beam_search_decoder_output.scores])
    for example, first in enumerate((0, 1)):
        expected = all_sequences(table, first, steps, length_weight)
        np.testing.assert_allclose(scores[example, -1, : len(expected)], [item[0] for item in expected], rtol=1e-5)
        # Sequences of the same pairs of symbols have the same score, so their order is open.
        scored = {tuple(symbols): score for score, symbols in expected}
        found = [tuple(symbols) for symbols in ids[example, :, : len(expected)].T.tolist()]
        assert set(found) == scored.keys()
        np.testing.assert_allclose([scored[symbols] for symbols in found], scores[example, -1, : len(found)], rtol=1e-5)


def test_a_beam_of_one_is_greedy(session):
    table = RANDOM.normal(size=(5, 5)).astype("float32")
    cell, eye = Table(table), tf.eye(5)
    greedy = seq2seq.BasicDecoder(
        cell, seq2seq.GreedyEmbeddingHelper(eye, [1, 2, 3], 0), cell.zero_state(3, tf.float32)
    )
    one = seq2seq.BeamSearchDecoder(cell, eye, [1, 2, 3], 0, cell.zero_state(3, tf.float32), 1)
    outputs, _, lengths = seq2seq.dynamic_decode(greedy, maximum_iterations=8)
    found, state, _ = seq2seq.dynamic_decode(one, maximum_iterations=8)
    samples, ids, lengths, reached = session.run([outputs.sample_id, found.predicted_ids, lengths, state.lengths])
    within = np.arange(samples.shape[1]) < lengths[:, None]
    np.testing.assert_array_equal(np.where(within, samples, 0), ids[..., 0])
    np.testing.assert_array_equal(reached[:, 0], lengths)


def test_refusals(session):
    cell = Table(np.eye(3, dtype="float32"))
    start = cell.zero_state(2, tf.float32)
    with pytest.raises(ValueError, match=r"start_tokens must be a vector, got shape \(\)"):
        seq2seq.BeamSearchDecoder(cell, tf.eye(3), 1, 0, start, 2)
    with pytest.raises(ValueError, match=r"end_token must be a scalar, got shape \(1,\)"):
        seq2seq.BeamSearchDecoder(cell, tf.eye(3), [1], [0], start, 2)
    with pytest.raises(TypeError, match="output_layer must be a Layer, received: int"):
        seq2seq.BeamSearchDecoder(cell, tf.eye(3), [1], 0, start, 2, output_layer=3)
    with pytest.raises(ValueError, match="to have known rank"):
        seq2seq.BeamSearchDecoder(cell, tf.eye(3), [1], 0, tf.placeholder(tf.float32), 2)
    covered = seq2seq.BeamSearchDecoder(cell, tf.eye(3), [1], 0, start, 2, coverage_penalty_weight=0.5)
    with pytest.raises(ValueError, match="No AttentionWrapperState found in the cell's state"):
        seq2seq.dynamic_decode(covered)
    weighted = seq2seq.BeamSearchDecoder(cell, tf.eye(3), [1], 0, start, 2, length_penalty_weight=[0.5])
    with pytest.raises(ValueError, match=r"length_penalty_weight should be a scalar, but saw shape: \(1,\)"):
        seq2seq.dynamic_decode(weighted)
    steps = np.zeros((2, 1, 2), "int32")
    with pytest.raises(ValueError, match=r"step_ids and parent_ids must have one shape.*\(2, 1, 2\) and \(2, 1, 3\)"):
        seq2seq.gather_tree(steps, np.zeros((2, 1, 3), "int32"), [2], 0)
    with pytest.raises(ValueError, match="Dimensions must be equal, but are 1 and 2"):
        seq2seq.gather_tree(steps, steps, [2, 2], 0)
    with pytest.raises(ValueError, match="Shape of max_sequence_lengths must be rank 1 but is rank 0"):
        seq2seq.gather_tree(steps, steps, 2, 0)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Saw invalid parent id 2 at \(batch, beam\) == \(0, 0\)"):
        session.run(seq2seq.gather_tree(steps, steps + 2, [2], 0))


@pytest.mark.parametrize("name", ["attention_wrapper", "basic_decoder", "beam_search_decoder", "decoder", "helper"])
def test_inner_paths_give_the_public_objects(name):
    module = importlib.import_module(f"convflow.api.contrib.seq2seq.python.ops.{name}")
    shared = [one for one in vars(module) if one[0] != "_" and hasattr(seq2seq, one)]
    assert shared and all(getattr(module, one) is getattr(seq2seq, one) for one in shared)
