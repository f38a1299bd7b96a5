"""`python -m benchmarks.pipeline`: how long a network's training waits for pictures that are decoded and changed ahead.

Photographs of raccoons and of blood cells (the sets raccoon and bccd in a folder of $CONVFLOW_DATA) are cut into JPEG
files of 224x224 in a folder for each class. MobileNet v1 is trained on them. Printed is the part of each step's time
that went by in waiting for its batch; the trace (chrome://tracing or ui.perfetto.dev) shows steps, waits, and what the
threads did meanwhile.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from rich.console import Console

import convflow as tf
from benchmarks import machine
from convflow.datasets.locate import DATA_VARIABLE, data_folders
from convflow.models import registry
from convflow.tools.classifier.data import sources
from convflow.tools.classifier.data.augmentation import parse
from convflow.tools.classifier.data.examples import Batch, Data, Examples
from convflow.tools.classifier.data.pipeline import Augment, Batches, batches

SIDE = 224
SETS = {"raccoon": "raccoon/images", "blood": "bccd/JPEGImages"}
STEP, WAIT = "step", "wait"


@dataclass(frozen=True)
class Span:
    """Something that took time: its name, the thread, and begin and end in seconds."""

    name: str
    thread: str
    begin: float
    end: float


@dataclass
class Trace:
    """What happened when, in all threads."""

    spans: list[Span] = field(default_factory=list)

    @contextlib.contextmanager
    def span(self, name: str) -> Iterator[None]:
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.spans.append(Span(name, threading.current_thread().name, begin, time.perf_counter()))

    def seconds(self, name: str) -> np.ndarray:
        return np.array([span.end - span.begin for span in self.spans if span.name == name])

    def write(self, path: Path) -> None:
        """Writes Chrome's trace format: times are microseconds from the first span's begin on."""
        start = min(span.begin for span in self.spans)
        threads = {name: number for number, name in enumerate(sorted({span.thread for span in self.spans}))}
        events: list[dict[str, Any]] = [
            {"ph": "M", "name": "thread_name", "pid": 0, "tid": number, "args": {"name": name}}
            for name, number in threads.items()
        ]
        events += [
            {
                "ph": "X", "name": span.name, "pid": 0, "tid": threads[span.thread],
                "ts": (span.begin - start) * 1e6, "dur": (span.end - span.begin) * 1e6,
            }
            for span in self.spans
        ]  # fmt: skip
        path.write_text(json.dumps({"traceEvents": events}))


class Watched:
    """Examples whose decoding is noted in a trace."""

    def __init__(self, examples: Examples, trace: Trace) -> None:
        self._examples = examples
        self._trace = trace
        self.labels, self.image_shape, self.dtype = examples.labels, examples.image_shape, examples.dtype

    def __len__(self) -> int:
        return len(self._examples)

    def images(self, numbers: np.ndarray) -> np.ndarray:
        with self._trace.span("decode"):
            return self._examples.images(numbers)

    def name(self, number: int) -> str:
        return self._examples.name(number)


def watched(augment: Augment | None, trace: Trace) -> Augment | None:
    """An augmentation that is noted in a trace."""

    def change(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        with trace.span("augment"):
            return augment(images, rng)  # type: ignore[misc]

    return change if augment else None


def photographs(name: str) -> list[Path]:
    """The files of one of `SETS`."""
    for folder in data_folders():
        if files := sorted((folder / SETS[name]).glob("*.jpg")):
            return files
    raise SystemExit(f"{SETS[name]} was not found in the folders of ${DATA_VARIABLE}: set it to where the sets are.")


def make_folder(root: Path, whole: bool) -> None:
    """A folder for each class; of each photograph the two ends as 224x224, or the photograph itself."""
    for name in SETS:
        target = root / name
        target.mkdir(parents=True)
        for path in photographs(name):
            if whole:
                (target / path.name).write_bytes(path.read_bytes())
                continue
            with Image.open(path) as photograph:
                for number, window in enumerate(ends(photograph)):
                    window.save(target / f"{path.stem}-{number}.jpg", quality=90)


def ends(photograph: Any) -> list[Any]:
    """Two windows of 224x224 at the two ends of a photograph, which is enlarged if it is too small."""
    scale = max(SIDE / min(photograph.size), 1)
    if scale > 1:
        photograph = photograph.resize([round(side * scale) for side in photograph.size], Image.Resampling.BICUBIC)
    width, height = photograph.size
    return [photograph.crop((0, 0, SIDE, SIDE)), photograph.crop((width - SIDE, height - SIDE, width, height))]


def train(data: Data, model: str, options: argparse.Namespace, trace: Trace) -> None:
    """Trains for some steps, each noted in the trace with the waiting before it."""
    graph = tf.Graph()
    with graph.as_default():
        images = tf.placeholder(tf.uint8, [None, *data.image_shape])
        labels = tf.placeholder(tf.int32, [None])
        centred = tf.cast(images, tf.float32) / 127.5 - 1.0
        logits, _ = registry.get(model).network(centred, num_classes=len(data.class_names), is_training=True)
        loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
        with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
            train_op = tf.train.AdamOptimizer(1e-4).minimize(loss)
        initializer = tf.global_variables_initializer()
    with tf.Session(graph=graph) as session:
        session.run(initializer)
        for batch in noted(data, options, trace):
            with trace.span(STEP):
                session.run([train_op, loss], {images: batch.images, labels: batch.labels})


def noted(data: Data, options: argparse.Namespace, trace: Trace) -> Iterator[Batch]:
    """Batches of epoch after epoch, as many as there are to be steps, whole ones only; waits are noted.

    The next epoch's are begun while the last step of an epoch runs.
    """
    examples, augment = Watched(data.train, trace), watched(parse(options.augment), trace)
    num_whole = len(examples) // options.batch_size
    coming = of_epoch(examples, options.batch_size, augment, 0)
    for step in range(options.steps):
        epoch, place = divmod(step, num_whole)
        if not place:
            made = coming
        with trace.span(WAIT):
            batch = next(made)
        if place == num_whole - 1:
            coming = of_epoch(examples, options.batch_size, augment, epoch + 1)
        yield batch


def of_epoch(examples: Examples, batch_size: int, augment: Augment | None, epoch: int) -> Batches:
    order = np.random.default_rng(epoch).permutation(len(examples))
    return batches(examples, batch_size, order, augment, seed=(epoch,))


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks.pipeline", description=__doc__)
    parser.add_argument("--model", default="mobilenet_v1")
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--augment", default="flip,crop,brightness:0.2", help="as of convflow train; none for none")
    parser.add_argument("--whole", action="store_true", help="whole photographs, up to 640x480, which are scaled")
    parser.add_argument("--trace", type=Path, default=Path("pipeline-trace.json"), help="where to write it")
    return parser.parse_args(arguments)


def report(console: Console, trace: Trace, options: argparse.Namespace, num_pictures: int) -> None:
    waits, steps = trace.seconds(WAIT), trace.seconds(STEP)
    fractions = waits / (waits + steps)
    later = fractions[1:]
    pictures = "whole photographs" if options.whole else f"JPEG files of {SIDE}x{SIDE}"
    console.print(machine.processor(), f"{machine.processors()} processors, load {machine.load():.1f}")
    console.print(f"{options.model}, batches of {options.batch_size}, {num_pictures} {pictures}, {options.augment}")
    console.print(
        f"{len(steps)} steps of {1000 * np.median(steps):.0f} ms (median); first wait {1000 * waits[0]:.0f} ms"
    )
    console.print(f"waited after the first step: mean {later.mean():.2%}, most {later.max():.2%} of a step's time")
    busy = trace.seconds("decode").sum() + trace.seconds("augment").sum()
    console.print(f"the threads worked {busy / (waits + steps).sum():.1%} of the time; trace: {options.trace}")


def main(arguments: Sequence[str] | None = None) -> None:
    options = parse_arguments(arguments)
    trace = Trace()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "pictures"
        make_folder(root, options.whole)
        data = sources.load(str(root), registry.get(options.model).input_shape)
        train(data, options.model, options, trace)
    trace.write(options.trace)
    report(Console(highlight=False), trace, options, len(data.train))


if __name__ == "__main__":
    main()
