"""Cases made from the list of ops itself: every op whose inputs are plain numbers, in each of its types, with equal,
stretched, empty and scalar shapes.

`$CONVFLOW_SPEC/ops.tsv` says what there is; taken are the ops that the library registers. Ops that need more than
numbers (indices, windows, sizes) have tables by hand.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from pathlib import Path

from cases import Case, X, case

ROOT = Path(__file__).resolve().parents[3]
SPEC = Path(os.environ.get("CONVFLOW_SPEC", ROOT.parent / "shared" / "spec")) / "ops.tsv"
# The registry's names of the types that files can hold.
TYPES = {
    "half": "float16", "float": "float32", "double": "float64", "int8": "int8", "int16": "int16", "int32": "int32",
    "int64": "int64", "uint8": "uint8", "uint16": "uint16", "complex64": "complex64", "complex128": "complex128",
    "bool": "bool",
}  # fmt: skip
NUMBERS = [name for name in TYPES if name != "bool"]
EQUAL = [(), (3,), (2, 3), (0, 2), (1, 2, 1, 3)]
STRETCHED = [((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2, 2)), ((3, 1, 2), (2, 1)), ((1,), (0,))]
# Where random numbers mean nothing (a lower bound above the upper one), where TensorFlow returns one of several right
# answers (signs of singular vectors), or a wrong one (Round of integers), or takes the process down.
LEFT_OUT = {
    "AccumulateNV2", "Assert", "Betainc", "CheckNumerics", "ClipByValue", "Empty", "EnsureShape",
    "FakeQuantWithMinMaxVarsPerChannel", "Fill", "FloorMod", "Igamma", "IgammaGradA", "Igammac", "LeftShift",
    "LinSpace", "Mod", "Multinomial", "ParallelConcat", "Polygamma", "Range", "RightShift", "Round", "SelfAdjointEigV2",
    "SoftmaxCrossEntropyWithLogits", "Svd", "TruncateMod", "UnravelIndex", "Zeta",
}  # fmt: skip
# Ops whose functions have a domain: (lowest, highest) value.
DOMAIN = {
    "Acos": (-0.9, 0.9), "Acosh": (1.1, 4), "Asin": (-0.9, 0.9), "Atanh": (-0.9, 0.9), "Digamma": (0.3, 5),
    "Erfinv": (-0.9, 0.9), "Lgamma": (0.3, 5), "Log": (0.1, 4), "Log1p": (-0.8, 4), "Ndtri": (0.1, 0.9),
    "Pow": (0.2, 2), "Rsqrt": (0.2, 4), "RsqrtGrad": (0.2, 4), "Sqrt": (0.1, 4), "SqrtGrad": (0.3, 4),
    "Div": (1, 3), "DivNoNan": (1, 3), "FloorDiv": (1, 3), "RealDiv": (1, 3), "TruncateDiv": (1, 3), "Xdivy": (1, 3),
    "Xlogy": (0.2, 3), "Xlog1py": (0.2, 3), "Reciprocal": (0.5, 3), "Inv": (0.5, 3), "Tan": (-1.2, 1.2),
    "ReciprocalGrad": (0.5, 3), "InvGrad": (0.5, 3), "Cholesky": (1, 2),
}  # fmt: skip


def registered() -> set[str]:
    """Every capitalised word in quotation marks in the library: the ops' names are among them."""
    words: set[str] = set()
    for path in (ROOT / "src" / "convflow" / "ops").rglob("*.py"):
        words.update(re.findall(r'"([A-Z]\w+)"', path.read_text(encoding="utf-8")))
    return words


def rows() -> Iterator[dict[str, str]]:
    with SPEC.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def inputs_of(row: dict[str, str]) -> list[tuple[str, str]] | None:
    """The op's inputs, name and type, if they are plain; an attribute of a type stands for its allowed types."""
    pairs = [tuple(part.strip().split(": ")) for part in row["inputs"].split(";") if part.strip()]
    attrs = dict(re.findall(r"(\w+): (\w+)", row["attrs"]))
    plain = all(kind in TYPES or attrs.get(kind) == "type" for _, kind in pairs)
    return pairs if plain and 1 <= len(pairs) <= 3 else None


def needs_nothing_else(row: dict[str, str], inputs: list[tuple[str, str]]) -> bool:
    """Whether every attribute has a default or follows from the inputs."""
    kinds = {kind for _, kind in inputs}
    parts = [part.strip() for part in row["attrs"].split(";") if part.strip()]
    return all(" = " in part or part.split(":")[0] in kinds for part in parts)


def allowed(row: dict[str, str], attr: str) -> list[str]:
    found = re.search(rf"\b{attr}: type(?: = \w+)?(?: in {{([^}}]*)}})?", row["attrs"])
    names = found[1].split(", ") if found and found[1] else NUMBERS
    return [name for name in names if name in TYPES]


def types_of(row: dict[str, str], inputs: list[tuple[str, str]]) -> Iterator[dict[str, str]]:
    """For each type of the first input's attribute, the element types of all inputs."""
    attrs = list(dict.fromkeys(kind for _, kind in inputs if kind not in TYPES))
    main = allowed(row, attrs[0]) if attrs else [""]
    for name in main:
        # One type for the other attributes: the last, which is the widest.
        chosen = {attr: name if attr == attrs[0] else allowed(row, attr)[-1] for attr in attrs}
        yield {argument: TYPES[chosen.get(kind, kind)] for argument, kind in inputs}


def table() -> Iterator[Case]:
    there = registered()
    for row in rows():
        op, inputs = row["op"], inputs_of(row)
        if op not in there or op in LEFT_OUT or row["stateful"] == "true" or inputs is None:
            continue
        if needs_nothing_else(row, inputs):
            yield from cases_of(op, row, inputs)


def cases_of(op: str, row: dict[str, str], inputs: list[tuple[str, str]]) -> Iterator[Case]:
    low, high = DOMAIN.get(op, (-2, 2))
    for number, types in enumerate(types_of(row, inputs)):
        words = list(dict.fromkeys(types.values()))
        is_whole = "float32" in words or number == 0
        shapes = [(shape,) * len(inputs) for shape in (EQUAL if is_whole else EQUAL[2:3])]
        if len(inputs) == 2:
            shapes += STRETCHED if is_whole else STRETCHED[:1]
        for each in dict.fromkeys(shapes):
            arguments = {
                argument: X(*shape, dtype=dtype, low=max(low, 0) if dtype.startswith("uint") else low, high=high)
                for (argument, dtype), shape in zip(types.items(), each, strict=True)
            }
            sizes = " ".join(map(str, dict.fromkeys(each)))
            yield case(f"raw_ops.{op}", name=f"{' '.join(words)} {sizes}", **arguments)
