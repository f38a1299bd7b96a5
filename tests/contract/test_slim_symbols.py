"""Every public name of tf_slim is here, under every path, and its functions take the same arguments."""

from __future__ import annotations

import csv
import importlib
import inspect
import os
from pathlib import Path
from typing import Any

import pytest

import convflow as tf

SPEC = Path(os.environ.get("CONVFLOW_SPEC", Path(__file__).resolve().parents[3] / "shared" / "spec"))
SYMBOLS = SPEC / "slim_symbols.tsv"
pytestmark = pytest.mark.skipif(not SYMBOLS.is_file(), reason=f"the list of TF-Slim's symbols is not at {SPEC}")

LATER = "layers have it since TensorFlow 2"
ABSENT = {
    "add_metric": "metrics belong to Keras' models, whose layers have it",
    "compute_dtype": LATER,
    "dtype_policy": LATER,
    "finalize_state": LATER,
    "variable_dtype": LATER,
}


def rows() -> list[dict[str, str]]:
    if not SYMBOLS.is_file():
        return []
    with SYMBOLS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def found(symbol: str) -> Any:
    value: Any = tf.contrib.slim
    path = "convflow.api.contrib.slim"
    for part in symbol.split(".")[1:]:
        path += f".{part}"
        value = getattr(value, part) if hasattr(value, part) else importlib.import_module(path)
    return value


def is_absent(symbol: str) -> bool:
    owner, _, name = symbol.rpartition(".")
    return name in ABSENT and owner.rpartition(".")[2] in ("GDN", "RevBlock")


def test_every_name_is_here() -> None:
    missing = []
    for row in rows():
        try:
            found(row["symbol"])
        except (AttributeError, ModuleNotFoundError):
            missing.append(row["symbol"])
    assert [symbol for symbol in missing if not is_absent(symbol)] == []
    # Nobody reads reasons for what is here.
    assert {symbol.rpartition(".")[2] for symbol in missing} == set(ABSENT)


def test_functions_take_the_same_arguments() -> None:
    different = {}
    for row in rows():
        if row["kind"] == "function" and row["argspec"]:
            theirs, ours = named(row["argspec"]), list(inspect.signature(found(row["symbol"])).parameters)
            # The research models' networks, which are these, take more.
            compared = [name for name in ours if name in theirs] if ".nets." in row["symbol"] else ours
            if compared != theirs:
                different[row["symbol"]] = (ours, theirs)
    assert different == {}


def named(argspec: str) -> list[str]:
    """The names of the arguments in a text such as "(a, b=(1, 2), *args, **kwargs)"."""
    names, depth, part = [], 0, ""
    for character in argspec.strip()[1:-1] + ",":
        depth += (character in "([{<") - (character in ")]}>")
        if character == "," and depth == 0:
            names.append(part.partition("=")[0].partition(":")[0].strip().lstrip("*"))
            part = ""
        else:
            part += character
    return [name for name in names if name and name != "/"]
