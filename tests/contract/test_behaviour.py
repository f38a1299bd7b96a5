"""The scripts of `golden/behaviour` write down here what they wrote down under TensorFlow."""

import json
import sys
from pathlib import Path

import pytest

import convflow as tf

BEHAVIOUR = Path(__file__).resolve().parents[1] / "golden" / "behaviour"
sys.path.append(str(BEHAVIOUR))
import notes  # noqa: E402


def _recorded():
    for topic in notes.TOPICS:
        for name, lines in json.loads((BEHAVIOUR / f"{topic}.json").read_text(encoding="utf-8")).items():
            yield pytest.param(topic, name, lines, id=f"{topic}-{name}")


@pytest.mark.parametrize(("topic", "name", "lines"), list(_recorded()))
def test_as_under_tensorflow(topic, name, lines):
    assert notes.played(tf, notes.cases(topic)[name]) == lines


def test_every_case_is_recorded():
    for topic in notes.TOPICS:
        recorded = json.loads((BEHAVIOUR / f"{topic}.json").read_text(encoding="utf-8"))
        assert list(recorded) == list(notes.cases(topic)), f"record_behaviour.py {topic}"
