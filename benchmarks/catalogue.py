"""The works by name. No library is loaded here: the names are asked for before any peer runs."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True)
class Work:
    """One thing to time.

    Args:
        module: the module of `benchmarks.works` (and, where it has a twin, of `benchmarks.twins`).
        batch: images a step; 0 where there are none.
        training: a step of the optimizer, or the forward pass alone.
        network: whether this is a network, whose operations are counted and held against the machine's limit.
        bfloat16: convolutions and matrix products in bfloat16, variables and sums in float32.
        long: a step is so long that a turn is one step.
    """

    module: str
    batch: int = 0
    training: bool = False
    network: bool = False
    bfloat16: bool = False
    long: bool = False

    @property
    def name(self) -> str:
        if not self.network:
            return self.module
        return f"{self.module}-{self.batch}-{'train' if self.training else 'infer'}{'-bf16' if self.bfloat16 else ''}"

    def has_twin(self, room: str = "twins") -> bool:
        """Whether the package `benchmarks.ROOM` holds this work in another library's words."""
        return find_spec(f"benchmarks.{room}.{self.module}") is not None


def _both(module: str, batch: int) -> tuple[Work, Work]:
    return Work(module, batch, True, True), Work(module, batch, False, True)


WORKS = (
    *_both("mnist", 64),
    *_both("cifar", 128),
    *_both("vae", 64),
    *_both("dcgan", 64),
    *_both("fcn", 4),
    *_both("mobilenet_v1", 8),
    *_both("inception_v1", 8),
    *_both("resnet50", 8),
    *_both("vgg16", 8),
    Work("vgg16", 1, False, True),
    Work("resnet50", 8, True, True, bfloat16=True),
    Work("vgg16", 8, True, True, bfloat16=True),
    Work("imports"),
    Work("construction"),
    Work("construction_resnet152"),
    Work("trivial"),
    Work("chain"),
    Work("records", long=True),
)


def find(names: list[str]) -> list[Work]:
    """The works of these names; a module's name stands for all its works, no name for everything.

    Raises:
        ValueError: a name that no work has.
    """
    if not names:
        return list(WORKS)
    for name in names:
        if not any(name in (work.name, work.module) for work in WORKS):
            known = ", ".join(work.name for work in WORKS)
            raise ValueError(f"There is no work {name!r}. Give names among: {known}; or a module's name.")
    return [work for work in WORKS if work.name in names or work.module in names]
