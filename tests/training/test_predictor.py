"""tf.contrib.predictor, and names that are only there to be imported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import convflow as tf

from_saved_model = tf.contrib.predictor.from_saved_model


@pytest.fixture
def model(tmp_path: Path) -> str:
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None, 2], name="x")
        y = tf.layers.dense(x, 1, kernel_initializer=tf.ones_initializer(), name="sum")
        session.run(tf.global_variables_initializer())
        tf.saved_model.simple_save(session, str(tmp_path / "model"), {"pair": x}, {"sum": y})
    return str(tmp_path / "model")


def test_a_saved_model_is_called(model: str) -> None:
    predict = from_saved_model(model)
    assert predict({"pair": [[1, 2], [3, 4]]})["sum"].tolist() == [[3], [7]]
    assert list(predict.feed_tensors) == ["pair"] and predict.fetch_tensors["sum"].graph is predict.graph
    named = from_saved_model(model, input_names={"a": "x:0"}, output_names={"b": "sum/BiasAdd:0"})
    assert named({"a": [[1, 1]]})["b"].tolist() == [[2]]


def test_refusals(model: str) -> None:
    with pytest.raises(ValueError, match=r"unexpected keys in input_dict: \['x'\]. Expected: \['pair'\]"):
        from_saved_model(model)({"x": 1})
    with pytest.raises(ValueError, match="Got signature_def_key 'other', the SavedModel has serving_default"):
        from_saved_model(model, "other")
    with pytest.raises(ValueError, match="must both be given or both be left out"):
        from_saved_model(model, input_names={"a": "x:0"})
    with pytest.raises(ValueError, match="got several"):
        from_saved_model(model, "serving_default", input_names={}, output_names={})


@pytest.mark.parametrize(
    "use",
    [
        lambda: tf.contrib.nccl.all_sum([]),
        lambda: tf.contrib.memory_stats.MaxBytesInUse(),
        lambda: tf.contrib.tensorrt.create_inference_graph(None),
    ],
)
def test_what_needs_other_devices_says_so(use: Any) -> None:
    with pytest.raises(NotImplementedError, match=r"tf\.contrib\.\w+\.\w+ is not here: "):
        use()
