"""The line that shows how far an epoch is (API: tf.keras.utils.Progbar)."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import Any

_WIDTH = 30
_INTERVAL = 0.05


class Progbar:
    """Writes a line anew at each update (API: tf.keras.utils.Progbar).

    Args:
        target: how many steps or samples there are; None if that is not known.
        width: of the bar.
        verbose: 1 for a bar, 2 for a line at the end, 0 for nothing.
        interval: seconds between two updates.
        stateful_metrics: names of what is shown as it is; means are shown of the others.
        unit_name: what is counted.
    """

    def __init__(
        self,
        target: int | None,
        width: int = _WIDTH,
        verbose: int = 1,
        interval: float = _INTERVAL,
        stateful_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        self.target, self.width, self.verbose, self.interval, self.unit_name = (
            target,
            width,
            verbose,
            interval,
            unit_name,
        )
        self.stateful_metrics = set(stateful_metrics or ())
        self._values: dict[str, tuple[float, float]] = {}
        self._seen, self._last, self._start, self._length = 0, 0.0, time.time(), 0

    def add(self, n: int, values: Any = None) -> None:
        """So many more."""
        self.update(self._seen + n, values)

    def update(self, current: int, values: Any = None) -> None:
        """So many of the target.

        Args:
            values: pairs of name and number.
        """
        for name, value in values or []:
            total, count = self._values.get(name, (0.0, 0.0))
            new = max(current - self._seen, 1)
            is_state = name in self.stateful_metrics
            self._values[name] = (value, 1.0) if is_state else (total + value * new, count + new)
        self._seen = current
        now, is_last = time.time(), self.target is not None and current >= self.target
        if not self.verbose or (not is_last and (self.verbose == 2 or now - self._last < self.interval)):
            return
        self._last = now
        line = (self._bar() if self.verbose == 1 else "") + self._timing(now, is_last) + self._numbers()
        if self.verbose == 1:
            sys.stdout.write("\r" + line + " " * max(0, self._length - len(line)))
        else:
            sys.stdout.write(f"{current}/{self.target}{line}")
        self._length = len(line)
        if is_last:
            sys.stdout.write("\n")
        sys.stdout.flush()

    def _bar(self) -> str:
        if self.target is None:
            return f"{self._seen:7d}/Unknown"
        digits = len(str(self.target))
        done = int(self.width * self._seen / self.target)
        drawn = "=" * done if done >= self.width else "=" * max(done - 1, 0) + (">" if done else "")
        return f"{self._seen:{digits}d}/{self.target} [{drawn}{'.' * (self.width - len(drawn))}]"

    def _timing(self, now: float, is_last: bool) -> str:
        each = (now - self._start) / max(self._seen, 1)
        if self.target is not None and not is_last:
            left = int(each * (self.target - self._seen))
            return f" - ETA: {left // 60}:{left % 60:02d}" if left > 60 else f" - ETA: {left}s"
        rate = f"{each:.0f}s" if each >= 1 else f"{each * 1e3:.0f}ms" if each >= 1e-3 else f"{each * 1e6:.0f}us"
        return f" - {now - self._start:.0f}s {rate}/{self.unit_name}"

    def _numbers(self) -> str:
        found = {name: total / max(count, 1e-12) for name, (total, count) in self._values.items()}
        return "".join(
            f" - {name}: {value:.4f}" if abs(value) > 1e-3 else f" - {name}: {value:.4e}"
            for name, value in found.items()
        )
