"""Record beam searches, their trees and monotonic attention as TensorFlow Addons makes them of given weights.

    ORACLE_PYTHON tests/golden/record_beam_search.py

needs tensorflow-addons 0.23 beside TensorFlow with tf-keras, and writes `recurrent/beam_search.json`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
import tf_keras
import tf_keras.src.engine.keras_tensor

# Addons use a name that NumPy 2 has dropped.
np.Inf = np.inf
# Addons import Keras 2 by the name that Keras 3 has now.
sys.modules["keras"] = tf_keras
for name, module in list(sys.modules.items()):
    if name.startswith("tf_keras."):
        sys.modules["keras." + name.removeprefix("tf_keras.")] = module

from tensorflow_addons import seq2seq
from tensorflow_addons.seq2seq import beam_search_decoder

OUT = Path(__file__).resolve().parent / "recurrent" / "beam_search.json"
SYMBOLS, UNITS, DEPTH, BATCH, TIME = 5, 4, 3, 2, 6
RANDOM = np.random.default_rng(7)


def normal(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype("float32")


def listed(value: Any) -> Any:
    array = np.asarray(value)
    return np.round(array.astype("float64"), 8).tolist() if array.dtype.kind == "f" else array.tolist()


def trees() -> list[dict[str, Any]]:
    found = []
    for steps, batch, beams, longest in ((4, 2, 3, [4, 3]), (3, 1, 2, [5]), (5, 3, 1, [0, 2, 5]), (1, 1, 4, [1])):
        given = {
            "step_ids": RANDOM.integers(0, 6, (steps, batch, beams)).astype("int32"),
            "parent_ids": RANDOM.integers(0, beams, (steps, batch, beams)).astype("int32"),
            "max_sequence_lengths": np.array(longest, "int32"),
            "end_token": np.int32(5),
        }
        beams_found = seq2seq.gather_tree(**given)
        found.append({**{name: value.tolist() for name, value in given.items()}, "beams": listed(beams_found)})
    return found


def arrays() -> list[dict[str, Any]]:
    found = []
    for shape in ((4, 2, 3, 2), (4, 6, 2), (4, 2, 3)):
        t = normal(*shape)
        parents = RANDOM.integers(0, 3, (4, 2, 3)).astype("int32")
        lengths = RANDOM.integers(1, 5, (2, 3)).astype("int64")
        # Addons take elements with the beams as an axis of their own.
        split = t.reshape(4, 2, 3, -1)
        result = beam_search_decoder.gather_tree_from_array(tf.constant(split), parents, lengths)
        result = np.asarray(result).reshape(shape)
        found.append(
            {"t": listed(t), "parents": parents.tolist(), "lengths": lengths.tolist(), "ordered": listed(result)}
        )
    return found


def attentions() -> list[dict[str, Any]]:
    p = RANDOM.uniform(size=(3, 5)).astype("float32")
    previous = RANDOM.dirichlet(np.ones(5), size=3).astype("float32")
    decided = (p > 0.5).astype("float32")
    at = np.eye(5, dtype="float32")[[0, 2, 4]]
    found = []
    for mode, chosen, before in (("recursive", p, previous), ("parallel", p, previous), ("hard", decided, at)):
        weights = seq2seq.monotonic_attention(chosen, before, mode)
        found.append({"mode": mode, "p": listed(chosen), "previous": listed(before), "weights": listed(weights)})
    return found


def searches() -> dict[str, Any]:
    weights = {
        "kernel": 1.5 * normal(DEPTH + UNITS, UNITS),
        "recurrent": 1.5 * normal(UNITS, UNITS),
        "bias": normal(UNITS),
        "memory": normal(UNITS, UNITS),
        "attention": normal(2 * UNITS, UNITS),
        "output": 1.5 * normal(UNITS, SYMBOLS),
        "embedding": normal(SYMBOLS, DEPTH),
        "encoded": normal(BATCH, 3, UNITS),
        "state": normal(BATCH, UNITS),
    }
    runs = []
    for width in (1, 3, 4):
        for length_weight, coverage_weight in ((0.0, 0.0), (0.8, 0.0), (0.0, 0.4), (1.0, 0.2)):
            runs.append(search(weights, width, length_weight, coverage_weight))
    return {"weights": {name: listed(value) for name, value in weights.items()}, "runs": runs}


def search(weights: dict[str, np.ndarray], width: int, length_weight: float, coverage_weight: float) -> dict[str, Any]:
    weights = {name: np.array(listed(value), "float32") for name, value in weights.items()}
    encoded = seq2seq.tile_batch(tf.constant(weights["encoded"]), width)
    lengths = seq2seq.tile_batch(tf.constant([3, 2]), width)
    mechanism = seq2seq.LuongAttention(UNITS)
    mechanism.memory_layer.build([None, None, UNITS])
    mechanism.memory_layer.set_weights([weights["memory"]])
    mechanism.setup_memory(encoded, memory_sequence_length=lengths)
    inner = tf_keras.layers.SimpleRNNCell(UNITS)
    inner.build([None, DEPTH + UNITS])
    inner.set_weights([weights["kernel"], weights["recurrent"], weights["bias"]])
    attention = tf_keras.layers.Dense(UNITS, use_bias=False)
    attention.build([None, 2 * UNITS])
    attention.set_weights([weights["attention"]])
    cell = seq2seq.AttentionWrapper(inner, mechanism, attention_layer=attention, alignment_history=True)
    output = tf_keras.layers.Dense(SYMBOLS, use_bias=False)
    output.build([None, UNITS])
    output.set_weights([weights["output"]])
    table = weights["embedding"]
    decoder = seq2seq.BeamSearchDecoder(
        cell, width, embedding_fn=lambda ids: tf.nn.embedding_lookup(table, ids), output_layer=output,
        length_penalty_weight=length_weight, coverage_penalty_weight=coverage_weight, maximum_iterations=TIME,
    )  # fmt: skip
    start = cell.get_initial_state(batch_size=BATCH * width, dtype=tf.float32)
    start = start.clone(cell_state=seq2seq.tile_batch(tf.constant(weights["state"]), width))
    outputs, state, steps = decoder(None, start_tokens=[1, 2], end_token=0, initial_state=start)
    raw = outputs.beam_search_decoder_output
    return {
        "width": width, "length_penalty_weight": length_weight, "coverage_penalty_weight": coverage_weight,
        "predicted_ids": listed(outputs.predicted_ids), "scores": listed(raw.scores),
        "parent_ids": listed(raw.parent_ids), "log_probs": listed(state.log_probs), "lengths": listed(state.lengths),
        "finished": listed(state.finished), "steps": listed(steps),
        "history": listed(state.cell_state.alignment_history),
    }  # fmt: skip


def main() -> None:
    found = {"trees": trees(), "arrays": arrays(), "attentions": attentions(), "searches": searches()}
    partial = OUT.with_name(OUT.name + ".partial")
    partial.write_text(json.dumps(found, separators=(",", ":")) + "\n", encoding="utf-8")
    os.replace(partial, OUT)
    print(OUT.name, OUT.stat().st_size)


if __name__ == "__main__":
    main()
