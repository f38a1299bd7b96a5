"""What must be reached, computed from what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.figures import Outcome, geometric_means, median_of, newest, ratios, share_of_limit
from benchmarks.peers import CONVFLOW

_NOT_MEASURED = "not measured"
# Of another library's own parts, or held to a goal of its own.
_WITHOUT_RANK = ("imports",)


@dataclass(frozen=True)
class Goal:
    """Args:
    text: what must be.
    measured: what is, in words.
    reached: whether; none where a measurement is missing.
    """

    text: str
    measured: str
    reached: bool | None

    @property
    def answer(self) -> str:
        return {True: "yes", False: "no", None: ""}[self.reached]


def goals(outcomes: Sequence[Outcome]) -> list[Goal]:
    """Every goal, in the order of the page."""
    return [goal for part in _PARTS for goal in part(outcomes)]


def _no_slower_work(outcomes: Sequence[Outcome]) -> Iterator[Goal]:
    text = "no work slower than the best peer (float32; importing has a goal of its own)"
    worst: dict[str, tuple[float, str]] = {}
    for (work, peer), value in ratios(outcomes).items():
        if not work.bfloat16 and work.module not in _WITHOUT_RANK:
            worst[work.name] = max(worst.get(work.name, (0.0, "")), (value, peer))
    slower = {name: each for name, each in worst.items() if each[0] > 1}
    if not worst:
        yield Goal(text, _NOT_MEASURED, None)
        return
    listed = "; ".join(f"{name} {value:.2f} of {peer}" for name, (value, peer) in slower.items())
    yield Goal(text, f"{len(slower)} of {len(worst)} slower" + (f": {listed}" if slower else ""), not slower)


def _training_means(outcomes: Sequence[Outcome]) -> Iterator[Goal]:
    means = geometric_means(outcomes)
    for peer, name in (("tensorflow", "TensorFlow's"), ("pytorch", "PyTorch eager's")):
        mean, count = means.get((peer, "train"), (None, 0))
        text = f"training steps, geometric mean: at most 0.80 of {name}"
        yield _at_most(text, mean, 0.80, f"{{:.2f}} over {count} networks")


def _share_of_convolutions(outcomes: Sequence[Outcome]) -> Iterator[Goal]:
    for module in ("resnet50", "vgg16"):
        name = f"{module}-8-train"
        shares = [
            share_of_limit(outcome, series)
            for outcome in outcomes
            if outcome.work.name == name and (series := outcome.good(CONVFLOW)) is not None
        ]
        text = f"{name}: at least 80 % of the machine's convolution limit"
        yield Goal(text, f"{shares[-1]:.0%}", shares[-1] >= 0.8) if shares else Goal(text, _NOT_MEASURED, None)


def _inference(outcomes: Sequence[Outcome]) -> Iterator[Goal]:
    text = "inference: at most 1.0 of ONNX Runtime's time"
    found = {work.name: value for (work, peer), value in ratios(outcomes).items() if peer == "onnxruntime"}
    if not found:
        yield Goal(text, _NOT_MEASURED, None)
        return
    mean, count = geometric_means(outcomes)["onnxruntime", "infer"]
    worst = max(found, key=lambda name: found[name])
    measured = f"geometric mean {mean:.2f} over {count} networks, worst {found[worst]:.2f} ({worst})"
    yield Goal(text, measured, found[worst] <= 1)


def _beside_tensorflow(outcomes: Sequence[Outcome]) -> Iterator[Goal]:
    found = {work.name: value for (work, peer), value in ratios(outcomes).items() if peer == "tensorflow"}
    rows = (
        ("trivial", "`Session.run` of a trivial graph: under a third of TensorFlow's time", 1 / 3),
        ("construction_resnet152", "ResNet-152 with Adam: built in less time than TensorFlow needs", 1.0),
        ("records", "10,000 JPEG Examples read, parsed, decoded: at most TensorFlow's time", 1.0),
    )
    for name, text, bound in rows:
        yield _at_most(text, found.get(name), bound, "{:.2f}")


def _memory(outcomes: Sequence[Outcome]) -> Iterator[Goal]:
    text = "peak memory of VGG-16 training: not above TensorFlow's"
    ours, theirs = (newest(outcomes, "vgg16-8-train", peer) for peer in (CONVFLOW, "tensorflow"))
    if ours is None or theirs is None:
        yield Goal(text, _NOT_MEASURED, None)
        return
    measured = f"{ours.peak_bytes / 2**20:.0f} MB, TensorFlow {theirs.peak_bytes / 2**20:.0f} MB"
    yield Goal(text, measured, ours.peak_bytes <= theirs.peak_bytes)


def _import_time(outcomes: Sequence[Outcome]) -> Iterator[Goal]:
    ours, theirs = (newest(outcomes, "imports", peer) for peer in (CONVFLOW, "pytorch"))
    more = None if ours is None or theirs is None else median_of(ours) - median_of(theirs)
    yield _at_most("`import convflow`: no more than 0.4 s above `import torch`", more, 0.4, "{:.2f} s above")


def _bfloat16(outcomes: Sequence[Outcome]) -> Iterator[Goal]:
    for module in ("vgg16", "resnet50"):
        full, half = (newest(outcomes, f"{module}-8-train{end}", CONVFLOW) for end in ("", "-bf16"))
        part = None if full is None or half is None else median_of(half) / median_of(full)
        yield _at_most(f"{module}-8-train in bfloat16: at most 0.6 of float32's time", part, 0.6, "{:.2f}")


def _at_most(text: str, value: float | None, bound: float, form: str) -> Goal:
    if value is None:
        return Goal(text, _NOT_MEASURED, None)
    return Goal(text, form.format(value), value <= bound)


_PARTS: tuple[Callable[[Sequence[Outcome]], Iterator[Goal]], ...] = (
    _no_slower_work,
    _training_means,
    _share_of_convolutions,
    _inference,
    _beside_tensorflow,
    _memory,
    _import_time,
    _bfloat16,
)
