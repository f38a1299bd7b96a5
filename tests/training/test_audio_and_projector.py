"""Sound and embeddings for TensorBoard: `audio/` was recorded from TensorFlow (golden/record_files.py).

Sounds are nodes of type AudioSummaryV2.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf import text_format

import convflow as tf

RECORDED = Path(__file__).parent.parent / "golden" / "files" / "audio"
CLIPS = np.linspace(-1.1, 1.1, 24).astype(np.float32).reshape(2, 6, 2)


@pytest.fixture(autouse=True)
def _graph() -> Any:
    with tf.Graph().as_default():
        yield


def test_clips_are_tensorflows_to_the_byte() -> None:
    two = tf.summary.audio("clip", CLIPS, 8000.0, family="fam")
    one = tf.summary.audio("one", CLIPS[..., 0], tf.constant(44100.0), max_outputs=1)
    with tf.Session() as session:
        found = session.run([two, one])
    assert found == [(RECORDED / name).read_bytes() for name in ("two", "one")]
    tags = [value.tag for value in tf.Summary.FromString(found[0]).value]
    assert tags == ["fam/fam/clip/audio/0", "fam/fam/clip/audio/1"]
    assert tf.get_collection(tf.GraphKeys.SUMMARIES) == [two, one]


def test_no_clips() -> None:
    with pytest.raises(
        ValueError, match=r"tensor must be 2-D or 3-D \[batch, frames, channels\], got the shape \(3,\)"
    ):
        tf.summary.audio("clip", [1.0, 2.0, 3.0], 8000.0)
    node = tf.summary.audio("clip", [[0.5]], 0.0)
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="sample_rate must be positive"):
        session.run(node)


def test_the_projectors_configuration(tmp_path: Path) -> None:
    projector = tf.contrib.tensorboard.plugins.projector
    config = projector.ProjectorConfig()
    embedding = config.embeddings.add(tensor_name="rows:0", metadata_path="labels.tsv")
    embedding.sprite.image_path = "sprite.png"
    with tf.summary.FileWriter(tmp_path) as writer:
        projector.visualize_embeddings(writer, config)
    text = (tmp_path / "projector_config.pbtxt").read_text()
    assert text_format.Parse(text, projector.ProjectorConfig()) == config
    projector.visualize_embeddings(tmp_path / "other", config)
    assert (tmp_path / "other" / "projector_config.pbtxt").read_text() == text
