"""What a person sees while a model trains: a row per epoch, and on a terminal a bar below the rows."""

from __future__ import annotations

import time
from collections.abc import Iterable
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.text import Text

from convflow.tools.classifier.data.examples import Data
from convflow.tools.classifier.graph import Network
from convflow.tools.classifier.loop import End, Evaluation, Length
from convflow.tools.classifier.progress import EpochResult, Progress
from convflow.tools.classifier.settings import Run
from convflow.tools.classifier.transfer import Transfer

_COLUMNS = (
    ("epoch", 7),
    ("step", 8),
    ("train loss", 12),
    ("train acc", 11),
    ("valid loss", 12),
    ("valid acc", 11),
    ("images/s", 10),
    ("seconds", 9),
)
# A file or a pipe gets a line now and then, so that whoever follows it sees that the run is alive.
_LINE_EVERY_SECONDS = 20.0


def say(console: Console, text: str, style: str = "") -> None:
    """Prints one line as it is: no markup, no wrapping of paths at 80 columns, no colouring of numbers."""
    console.print(Text(text, style=style), soft_wrap=True)


def introduce(console: Console, run: Run, data: Data, network: Network) -> None:
    """Says what is going to be trained, on what, and where the results will be."""
    shape = "x".join(map(str, data.image_shape))
    say(console, f"{run.model}: {network.num_parameters:,} parameters", style="bold")
    say(
        console,
        f"{run.data}: {len(data.train):,} images of {shape} to train on, {len(data.validation):,} to validate, "
        f"{len(data.test):,} to test",
    )
    for note in data.notes:
        say(console, note, style="yellow")
    say(console, ", ".join(_settings(run)))
    say(console, f"Watch it with: tensorboard --logdir {run.out}")
    console.print()


def _settings(run: Run) -> list[str]:
    """What a person wants to know of the settings: the main ones, and those that are not as usual."""
    schedule = "" if run.schedule == "constant" else f" ({run.schedule})"
    found = [
        f"{run.steps:,} steps" if run.steps else f"{run.epochs} {'epoch' if run.epochs == 1 else 'epochs'}",
        f"batches of {run.batch_size}",
        run.optimizer,
        f"learning rate {run.learning_rate:g}{schedule}",
    ]
    found += [] if run.dropout is None else [f"dropout {run.dropout:g}"]
    found += [f"{name} {value:g}" for name, value in (("L1", run.l1), ("L2", run.l2)) if value]
    found += [f"augmented by {run.augment}"] if run.augment else []
    found += [f"classes balanced by {run.balance}"] if run.balance != "none" else []
    found += ["mixed precision"] if run.mixed_precision else []
    return [*found, f"seed {run.seed}"]


def say_transfer(console: Console, transfer: Transfer) -> None:
    """Says what was taken over from a checkpoint and what begins anew."""
    say(console, f"Begins with {len(transfer.taken)} variables of {transfer.checkpoint}")
    if transfer.left:
        say(console, f"Begins anew: {', '.join(transfer.left)}")
    console.print()


class EpochTable:
    """Prints the header, a row per epoch, and the progress in between."""

    def __init__(self, console: Console, steps: Length) -> None:
        self._console = console
        self._epochs = steps.epochs
        self._total_steps = steps.total
        self._last_line = time.monotonic()
        self._bar: Bar | None = None

    def __enter__(self) -> EpochTable:
        self._print_row([name for name, _ in _COLUMNS], style="bold")
        if self._console.is_terminal:
            self._bar = _make_bar(self._console)
            self._task = self._bar.add_task("", total=self._total_steps, **_fields(1, self._epochs, None))
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def stepped(self, progress: Progress, loss: float, accuracy: float) -> None:
        if self._bar is not None:
            fields = _fields(progress.epoch, self._epochs, progress)
            self._bar.update(self._task, completed=progress.step, **fields)
        elif time.monotonic() - self._last_line > _LINE_EVERY_SECONDS:
            self._say_progress(progress)

    def finished_epoch(self, session: Any, progress: Progress) -> None:
        # The best so far stands out; the first row would always be the best.
        result = progress.history[-1]
        self._print_row(_cells(result), style="green" if progress.is_best_now and result.epoch > 1 else "")

    def _print_row(self, cells: Iterable[str], style: str) -> None:
        self._last_line = time.monotonic()
        say(self._console, "".join(f"{cell:>{width}}" for cell, (_, width) in zip(cells, _COLUMNS, strict=True)), style)

    def _say_progress(self, progress: Progress) -> None:
        self._last_line = time.monotonic()
        totals = progress.totals
        say(
            self._console,
            f"  ... epoch {progress.epoch}, step {progress.step:,} of {self._total_steps:,}: "
            f"loss {_loss(totals.mean_loss)}, accuracy {totals.accuracy:.2%}, {totals.images_per_second:,.0f} images/s",
        )


def _cells(result: EpochResult) -> list[str]:
    return [
        f"{result.epoch}",
        f"{result.step:,}",
        _loss(result.train_loss),
        f"{result.train_accuracy:.2%}",
        _loss(result.validation_loss),
        f"{result.validation_accuracy:.2%}",
        f"{result.images_per_second:,.0f}",
        f"{result.seconds:.1f}",
    ]


def _loss(value: float) -> str:
    """Four decimals, but for losses that would break the columns."""
    return f"{value:.4f}" if value < 1000 else f"{value:.3g}"


def _make_bar(console: Console) -> Bar:
    return Bar(
        TextColumn("{task.fields[epoch]}", style="bold"),
        # Narrow, so that the line fits 80 columns.
        BarColumn(bar_width=10),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
        console=console,
        # The bar leaves no trace: the rows say all that is worth keeping.
        transient=True,
    )


def _fields(epoch: int, epochs: int, progress: Progress | None) -> dict[str, Any]:
    figures = ""
    if progress is not None:
        totals = progress.totals
        figures = f"loss {_loss(totals.mean_loss)} acc {totals.accuracy:.1%} {totals.images_per_second:,.0f} images/s"
    return {"epoch": f"epoch {epoch}/{epochs}", "figures": figures}


def conclude(
    console: Console, run: Run, data: Data, progress: Progress, test: Evaluation | None, checkpoint: str, end: End
) -> None:
    """Says how well the trained model does on the test examples and what is in the folder."""
    if test is None or progress.best is None:
        raise ValueError("A run that was stopped has no conclusion.")
    console.print()
    if end is End.EARLY:
        say(console, f"Ended early: {end.value} after epoch {len(progress.history) - progress.stale_epochs}.")
    count = len(data.test)
    right = round(test.accuracy * count)
    say(
        console,
        f"Test accuracy: {test.accuracy:.2%} ({right:,} of {count:,}), loss {_loss(test.loss)}",
        style="bold green",
    )
    speed = progress.images / progress.seconds
    say(console, f"Trained {progress.step:,} steps in {progress.seconds:.1f} s: {speed:,.0f} images/s")
    if data.has_pictures:
        say(console, f"Predictions: {run.out / 'predictions.png'}")
    say(console, f"Report:      {run.out / 'report.html'}")
    say(console, f"Checkpoint:  {checkpoint} (of epoch {progress.best.epoch}, the best)")


def report_stop(console: Console, run: Run, progress: Progress, steps: Length, checkpoint: str) -> None:
    """Says how far a run got that was stopped, what is saved, and how to go on."""
    console.print()
    epoch, done = f"{progress.epoch} of {steps.epochs}", f"{progress.step:,} of {steps.total:,}"
    say(console, f"Stopped by Ctrl-C in epoch {epoch}, after {done} steps.", style="bold yellow")
    say(console, f"What was learnt until then is saved in {checkpoint}")
    say(console, f"Go on with: convflow train --resume {run.out}")
