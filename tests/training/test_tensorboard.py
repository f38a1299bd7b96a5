"""A run's log in TensorBoard itself, looked at in a browser: `pip`'s tensorboard, served, and headless Chromium."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import convflow as tf

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--window-size=1200,900",
)  # fmt: skip
WAIT = 60.0


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    generator = np.random.default_rng(0)
    with tf.Graph().as_default() as graph, tf.Session() as session:
        x = tf.placeholder(tf.float32, [None], name="x")
        with tf.name_scope("model"):
            loss = tf.reduce_mean(tf.square(x), name="loss")
        tf.summary.scalar("loss", loss)
        tf.summary.histogram("values", x)
        tf.summary.image("picture", tf.reshape(tf.sigmoid(x[:768]), [1, 16, 16, 3]))
        tf.summary.text("words", tf.constant("a *written* word"))
        tf.summary.audio("sound", tf.reshape(tf.tanh(x), [1, -1]), 8000)
        merged = tf.summary.merge_all()
        with tf.summary.FileWriter(str(folder), graph) as writer:
            for step in range(20):
                values = generator.normal(0, 2 / (1 + step), 1000)
                writer.add_summary(session.run(merged, {x: values}), step)
    return folder


@pytest.fixture(scope="module")
def address(logdir: Path) -> Iterator[str]:
    command = [
        sys.executable, "-m", "tensorboard.main", "--logdir", str(logdir), "--host", "127.0.0.1", "--port", "0",
        "--load_fast", "false",
    ]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | {"NO_COLOR": "1"}) as server:
        assert server.stderr is not None
        try:
            for line in server.stderr:
                if found := re.search(r"at (http://127\.0\.0\.1:\d+)/", line):
                    yield found[1]
                    break
            else:
                pytest.fail("tensorboard did not start")
        finally:
            server.terminate()
            server.stderr.close()


def _get(url: str) -> Any:
    end = time.monotonic() + WAIT
    while True:
        with urllib.request.urlopen(url, timeout=WAIT) as answer:
            found = json.load(answer)
        # The server reads the log in a thread of its own.
        if found or time.monotonic() > end:
            return found
        time.sleep(0.2)


@pytest.mark.parametrize("plugin", ["scalars", "histograms", "images", "text", "audio"])
def test_tensorboard_serves_what_was_written(address: str, plugin: str) -> None:
    tags = _get(f"{address}/data/plugin/{plugin}/tags")
    assert tags, plugin
    if plugin == "scalars":
        points = _get(f"{address}/data/plugin/scalars/scalars?run=.&tag=loss")
        assert [step for _, step, _ in points] == list(range(20))


def test_tensorboard_serves_the_graph(address: str) -> None:
    assert _get(f"{address}/data/plugin/graphs/info")["."]["run_graph"]
    with urllib.request.urlopen(f"{address}/data/plugin/graphs/graph?run=.", timeout=WAIT) as answer:
        assert b"model/loss" in answer.read()


def _main_part(picture: Path) -> np.ndarray:
    """The pixels beside and below the page's own bars."""
    return np.asarray(Image.open(picture).convert("RGB"))[175:, 320:].reshape(-1, 3).astype(int)


def _curves(picture: Path) -> int:
    """How much is drawn in the colour of the run: a line, hills."""
    red, green, blue = _main_part(picture).T
    return int(((red > 180) & (green < 190) & (red - blue > 60)).sum())


def _colours(picture: Path) -> int:
    return len(np.unique(_main_part(picture), axis=0))


PAGES = {"scalars": (_curves, 150), "histograms": (_curves, 500), "images": (_colours, 200), "graphs": (_colours, 50)}


@pytest.mark.skipif(BROWSER is None, reason="no chromium to look with: apt-get install chromium")
@pytest.mark.parametrize("page", PAGES)
def test_the_browser_shows_it(address: str, page: str, tmp_path: Path) -> None:
    _get(f"{address}/data/plugin/scalars/tags")
    picture = tmp_path / f"{page}.png"
    measure, least = PAGES[page]
    # Time runs faster in the page, which draws when its data have come.
    for budget in (15_000, 40_000):
        subprocess.run(
            [
                str(BROWSER), *FLAGS, f"--user-data-dir={tmp_path / str(budget)}", f"--virtual-time-budget={budget}",
                f"--screenshot={picture}", f"{address}/?darkMode=false#{page}",
            ],
            capture_output=True, timeout=4 * WAIT, check=True,
        )  # fmt: skip
        if measure(picture) >= least:
            return
    pytest.fail(f"the page {page} measures {measure(picture)}, expected {least} at least: it shows nothing")
