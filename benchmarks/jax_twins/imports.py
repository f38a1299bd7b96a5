"""Importing JAX, beside `benchmarks.works.imports`."""

from __future__ import annotations

from benchmarks.works.imports import STATEMENTS, fresh_import
from benchmarks.works.program import Action


def build(batch: int) -> Action:
    return fresh_import(STATEMENTS["jax"])
