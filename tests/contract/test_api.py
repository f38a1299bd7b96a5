"""Every public name is TensorFlow's, and every function takes TensorFlow's arguments in TensorFlow's order."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import convflow.api

SPEC = Path(os.environ.get("CONVFLOW_SPEC", Path(__file__).resolve().parents[3] / "shared" / "spec"))
SYMBOLS = SPEC / "tf1_symbols.tsv"
pytestmark = pytest.mark.skipif(not SYMBOLS.is_file(), reason=f"the list of TensorFlow's symbols is not at {SPEC}")

# Modules of TensorFlow 1 that the list does not have: gone in later releases, or a list of ops by itself.
GONE = ("tf.contrib", "tf.core", "tf.examples", "tf.python", "tf.raw_ops")
# Of tf.keras the list holds datasets and utils only; tf.compat.v2 repeats the whole.
UNLISTED = (
    "tf.compat.v2",
    "tf.estimator",
    *(f"tf.keras.{name}" for name in (
        "Input", "Model", "Sequential", "activations", "applications", "backend", "callbacks", "constraints",
        "estimator", "initializers", "layers", "losses", "metrics", "models", "optimizers", "preprocessing",
        "regularizers", "utils.Progbar", "utils.Sequence", "utils.get_file", "utils.multi_gpu_model",
        "utils.print_summary", "wrappers",
    )),
)  # fmt: skip
# What TensorFlow does not have.
OWN = {"tf.explain"}
# What 1.15 has and later releases, of which the list is made, do not.
OLDER = {"tf.data.experimental.CheckpointInputPipelineHook"}
# What differs, and why.
EXPLAINED = {
    "tf.convert_to_tensor": "as_ref comes last, for tensor conversion functions",
    "tf.fill": "layout is 2.x's",
    "tf.ones": "layout is 2.x's",
    "tf.zeros": "layout is 2.x's",
    "tf.gather_nd": "bad_indices_policy is 2.x's",
    "tf.scatter_nd": "bad_indices_policy is 2.x's",
    "tf.manip.gather_nd": "bad_indices_policy is 2.x's",
    "tf.manip.scatter_nd": "bad_indices_policy is 2.x's",
    "tf.tensor_scatter_add": "bad_indices_policy is 2.x's",
    "tf.tensor_scatter_sub": "bad_indices_policy is 2.x's",
    "tf.tensor_scatter_nd_add": "bad_indices_policy is 2.x's",
    "tf.tensor_scatter_nd_max": "bad_indices_policy is 2.x's",
    "tf.tensor_scatter_nd_min": "bad_indices_policy is 2.x's",
    "tf.tensor_scatter_nd_sub": "bad_indices_policy is 2.x's",
    "tf.lin_space": "axis is 2.x's",
    "tf.linspace": "axis is 2.x's",
    "tf.linalg.matmul": "output_type, grad_a and grad_b are 2.x's",
    "tf.matmul": "output_type, grad_a and grad_b are 2.x's",
    "tf.keras.utils.model_to_dot": "show_dtype and what follows subgraph are 2.x's",
    "tf.keras.utils.plot_model": "show_dtype and what follows dpi are 2.x's",
    "tf.keras.datasets.cifar10.load_data": "cache_dir is 2.x's",
    "tf.keras.datasets.cifar100.load_data": "cache_dir is 2.x's",
    "tf.keras.datasets.mnist.load_data": "cache_dir is 2.x's",
    "tf.keras.datasets.fashion_mnist.load_data": "cache_dir is 2.x's",
    "tf.keras.utils.serialize_keras_object": "1.15's argument is instance",
    "tf.keras.utils.deserialize_keras_object": "1.15 looks names up in module_objects",
    "tf.nn.sigmoid_cross_entropy_with_logits": "1.15 has a leading _sentinel",
    "tf.nn.softmax_cross_entropy_with_logits": "1.15 has a leading _sentinel",
    "tf.nn.sparse_softmax_cross_entropy_with_logits": "1.15 has a leading _sentinel",
    "tf.saved_model.build_signature_def": "defaults is 2.x's",
    "tf.saved_model.signature_def_utils.build_signature_def": "defaults is 2.x's",
    "tf.sparse.cross": "separator is 2.x's",
    "tf.variable_op_scope": "deprecated; passes its keywords on",
}


def public(module: ModuleType, path: str, seen: set[ModuleType]) -> Iterator[tuple[str, Any]]:
    # tf.contrib and tf.python have modules of tf too, which are looked at under their public names.
    for name in sorted(dir(module), key=lambda name: name in ("contrib", "python")):
        value = getattr(module, name)
        if name.startswith("_"):
            continue
        if not isinstance(value, ModuleType):
            yield f"{path}.{name}", value
        elif value.__name__.startswith("convflow.api") and value not in seen:
            seen.add(value)
            yield from public(value, f"{path}.{name}", seen)


def listed() -> dict[str, tuple[str, str]]:
    rows = (line.split("\t") for line in SYMBOLS.read_text(encoding="utf-8").splitlines()[1:])
    return {symbol: (kind, argspec) for symbol, kind, argspec, *_ in rows}


def argument_names(argspec: str) -> list[str]:
    """The names in a signature such as "(x, axis=[1, 2], *args)"; default values are cut out first."""
    plain = re.sub(r"<[^>]*>|\[[^\]]*\]|(?<=.)\([^()]*\)(?=[,)])|'[^']*'", "X", argspec)
    return re.findall(r"(?:^\(|, )\*{0,2}(\w+)", plain)


def names() -> list[tuple[str, Any]]:
    return [item for item in public(convflow.api, "tf", set()) if not item[0].startswith(GONE + UNLISTED)]


def test_every_public_name_is_tensorflows() -> None:
    known = set(listed())
    assert [name for name, _ in names() if name not in known | OWN | OLDER] == []


def test_functions_take_tensorflows_arguments() -> None:
    known = listed()
    different = {}
    for name, value in names():
        kind, argspec = known.get(name, ("", ""))
        if kind == "function" and inspect.isfunction(value) and name not in EXPLAINED:
            ours = list(inspect.signature(value).parameters)
            if ours != argument_names(argspec):
                different[name] = (ours, argspec)
    assert different == {}


def test_explained_differences_still_exist() -> None:
    known, values = listed(), dict(names())
    equal = [
        name for name in EXPLAINED if list(inspect.signature(values[name]).parameters) == argument_names(known[name][1])
    ]
    assert equal == []
