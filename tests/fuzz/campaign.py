"""Looks for inputs that break a parser, for as long as it is told: python tests/fuzz/campaign.py NAME ... --seconds 120

Without names every parser of targets.py gets its time. Address space is limited, so that a reader which believes a
length is found out. Prints a line for each parser, and for a finding the exception and the smallest input.
"""

from __future__ import annotations

import argparse
import collections
import pathlib
import resource
import sys
import tempfile
import time
import traceback
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from mutations import damaged
from targets import TARGETS, Target

_ROUND = 2000
_SLOW = 5.0


def check(target: Target, data: bytes) -> str:
    """Parse once; what came of it. Raises what the target does not allow."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            target.parse(data, pathlib.Path(folder))
        except target.allowed as error:
            if target.named and "damaged" not in str(error):
                raise AssertionError(f"the error does not name the file: {error}") from error
            return type(error).__name__
    return "parsed"


def run(name: str, seconds: float) -> bool:
    """One parser's campaign; whether nothing was found."""
    target = TARGETS[name]
    outcomes: collections.Counter[str] = collections.Counter()
    slowest = [0.0]
    end = time.monotonic() + seconds

    @settings(
        max_examples=_ROUND,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(st.sampled_from(target.seeds).flatmap(damaged))
    def one_round(data: bytes) -> None:
        if time.monotonic() > end:
            return
        start = time.monotonic()
        outcomes[check(target, data)] += 1
        slowest[0] = max(slowest[0], time.monotonic() - start)

    while time.monotonic() < end:
        try:
            one_round()
        except Exception:
            print(f"FOUND {name}", flush=True)
            traceback.print_exc(limit=-4)
            return False
    summary = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
    print(f"{name}: {seconds:.0f} s, {outcomes.total()} inputs ({summary}), slowest {slowest[0]:.2f} s", flush=True)
    return slowest[0] < _SLOW


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*TARGETS, []])
    parser.add_argument("--seconds", type=float, default=120, help="for each parser")
    parser.add_argument("--gigabytes", type=float, default=8, help="of address space; PyTorch alone maps several")
    given_args = parser.parse_args()
    limit = int(given_args.gigabytes * 2**30)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    warnings.simplefilter("ignore")
    results = [run(name, given_args.seconds) for name in given_args.names or TARGETS]
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
