"""Every parser of files, on damaged ones: a short campaign; `campaign.py` looks for longer."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).resolve().parent))

from campaign import check
from mutations import damaged
from targets import TARGETS


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("name", TARGETS)
def test_damage_is_refused_by_name(name: str) -> None:
    target = TARGETS[name]

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.sampled_from(target.seeds).flatmap(damaged))
    def run(data: bytes) -> None:
        check(target, data)

    run()


@pytest.mark.parametrize("name", TARGETS)
def test_whole_files_are_read(name: str) -> None:
    for seed in TARGETS[name].seeds:
        # What is damaged must be worth damaging.
        assert check(TARGETS[name], seed) == "parsed"
