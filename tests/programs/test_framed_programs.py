"""The programs of the notebook (seed 000) and of the book (seed 003) run through `convflow run` and give what the
documents promise. They are assembled from the documents at run time, and shortened where they train for long."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import book
import extract
import notebook
import pytest
from framed import Framed

STEPS = "30"


def run(framed: Framed, name: str, folder: Path, steps: str = STEPS) -> str:
    """What the program prints; its error output in the message when it fails."""
    seeds, data = extract.seeds_folder(), extract.data_folder()
    if seeds is None or not (seeds / framed.document).is_file():
        pytest.skip(f"needs the seed document {framed.document} in $CONVFLOW_SEEDS")
    if data is None:
        pytest.skip("needs MNIST in a folder of $CONVFLOW_DATA or in ../shared/data")
    script = framed.write(seeds, folder, [name])[name].resolve()
    environment = {**os.environ, "PROGRAM_STEPS": steps, "CONVFLOW_DATA": str(data.resolve().parent)}
    command = [sys.executable, "-m", "convflow", "run", script.name]
    done = subprocess.run(command, cwd=script.parent, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"exit status {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def number(pattern: str, printed: str) -> float:
    found = re.search(pattern, printed)
    assert found, f"{pattern!r} is not in what was printed:\n{printed}"
    return float(found[1])


def shown(framed: Framed) -> list[str]:
    """The lines that the document shows as printed: shapes."""
    text = (extract.seeds_folder() / framed.document).read_text(encoding="utf-8")
    return [line.strip() for block in extract.code_blocks(text) for line in notebook.SHOWN.findall(block)]


def test_notebook_layers(tmp_path: Path) -> None:
    printed = run(notebook.NOTEBOOK, "layers", tmp_path)
    assert [line for line in printed.splitlines() if line.startswith("(?")] == shown(notebook.NOTEBOOK)
    assert "max [3.0, 4.0, 7.0, 8.0] avg [2.0, 3.0, 6.0, 7.0]" in printed
    assert "with stride of 2:  (?, 14, 14, 32)" in printed


def test_notebook_vgg_of_core_ops(tmp_path: Path) -> None:
    assert "predictions (?, 1000)" in run(notebook.NOTEBOOK, "vgg_core", tmp_path)


def test_notebook_vgg_in_slim(tmp_path: Path) -> None:
    printed = run(notebook.NOTEBOOK, "vgg_slim", tmp_path)
    # Without flattening, slim's dense layers act on the channels of each of 7 x 7 places.
    assert "predictions (?, 7, 7, 1000)" in printed
    assert "['conv1/conv1_1/weights', 'conv1/conv1_1/biases'] 32" in printed
    assert "regularized 16" in printed


def test_notebook_published_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The archive that the program would download, with zeros for weights: half a gigabyte, small when packed.
    archives = tmp_path / "archives"
    archives.mkdir()
    subprocess.run([sys.executable, Path(__file__).parent / "zeros_of_vgg.py", archives], check=True)
    monkeypatch.setattr(extract, "data_folder", lambda: archives / "mnist")
    assert "probabilities (1, 1000)" in run(notebook.NOTEBOOK, "zoo", tmp_path)


def test_notebook_saving_and_restoring(tmp_path: Path) -> None:
    printed = run(notebook.NOTEBOOK, "save", tmp_path)
    before, after = re.findall(r"Test accuracy: ([\d.]+)", printed)
    assert before == after
    assert float(before) > 0.9
    assert (tmp_path / "save" / "mnist_model.ckpt.index").is_file()


def test_chapter_1(tmp_path: Path) -> None:
    assert run(book.BOOK, "chapter1_hello", tmp_path) == "b'Tensorflow works!'\n"
    assert "low (1, 8, 8, 4) high (1, 6, 6, 4)" in run(book.BOOK, "chapter1_levels", tmp_path)


def test_chapter_1_iris_is_classified_as_the_book_says(tmp_path: Path) -> None:
    printed = run(book.BOOK, "chapter1_iris", tmp_path)
    assert number(r"Test Accuracy: ([\d.]+)", printed) == pytest.approx(0.977778, abs=1e-6)


def test_chapter_2_xor_is_solved(tmp_path: Path) -> None:
    printed = run(book.BOOK, "chapter2_xor", tmp_path)
    assert "Answers: [0.0, 1.0, 1.0, 0.0]" in printed
    assert number(r"Final loss: ([\d.]+)", printed) < 0.1
    assert list((tmp_path / "chapter2_xor" / "logs" / "xor_logs").glob("events.out.tfevents.*"))


def test_chapter_2_pieces(tmp_path: Path) -> None:
    assert "out 20.0 gradients 4.0 4.0 5.0" in run(book.BOOK, "chapter2_gates", tmp_path)
    assert "dense (2, 1024) conv (2, 28, 28, 32) valid (24, 24)" in run(book.BOOK, "chapter2_pieces", tmp_path)
    assert list((tmp_path / "chapter2_pieces" / "summaries").iterdir())


def test_chapter_2_mnist(tmp_path: Path) -> None:
    printed = run(book.BOOK, "chapter2_mnist", tmp_path, steps="301")
    assert "step 300, training accuracy" in printed
    # Above 0.97 after all 2,000 steps.
    assert number(r"Test Accuracy: ([\d.]+)", printed) > 0.9


@pytest.fixture(scope="module")
def _cifar10() -> None:
    data = extract.data_folder()
    if data is None or not list(data.resolve().parent.glob("cifar10/cifar*.tar.gz")):
        pytest.skip("needs CIFAR-10 beside MNIST")


@pytest.mark.usefixtures("_cifar10")
def test_chapter_3_cifar(tmp_path: Path) -> None:
    printed = run(book.BOOK, "chapter3_data", tmp_path)
    assert "x_train shape: (50000, 32, 32, 3)\ny_train shape: (50000, 1)" in printed
    assert "losses: 0.6931 2.3026" in printed
    printed = run(book.BOOK, "chapter3_cifar", tmp_path)
    assert re.search(r"Loss Train: [\d.]+ Loss Val: [\d.]+", printed)
    assert (tmp_path / "chapter3_cifar" / "save" / "checkpoint").is_file()


def test_chapter_3_generalizing(tmp_path: Path) -> None:
    found = re.search(r"regularized by ([\d.]+) which is ([\d.]+)", run(book.BOOK, "chapter3_generalize", tmp_path))
    assert float(found[1]) == pytest.approx(float(found[2]), abs=2e-6)
    assert float(found[2]) > 0


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("chapter5_inception", "out (2, 8, 8, 384)"),
        ("chapter5_resnet", "bottleneck groups 4 loss went down True\nseparable (8, 32, 32, 8)"),
        ("chapter6_wgan", "clipped True\ndifference grows True"),
        ("chapter6_conditional", "picture (4, 784) True\nprobability (4, 1) True\njudged (4, 1) True"),
        ("chapter6_gan", "generated (64, 784) variables 6 6"),
        ("chapter6_dcgan", "generated (64, 784) variables 8 14"),
    ],
)
def test_networks_of_the_book(name: str, line: str, tmp_path: Path) -> None:
    assert line in run(book.BOOK, name, tmp_path)


@pytest.mark.parametrize("name", ["chapter6_autoencoder", "chapter6_vae"])
def test_chapter_6_losses_fall(name: str, tmp_path: Path) -> None:
    printed = run(book.BOOK, name, tmp_path)
    assert number(r"loss after ([\d.]+)", printed) < number(r"loss before ([\d.]+)", printed)


def test_chapter_7_transfers_the_encoder(tmp_path: Path) -> None:
    printed = run(book.BOOK, "chapter7_transfer", tmp_path, steps="300")
    assert "encoder unchanged True" in printed
    assert "'fc1/kernel:0', 'fc1/bias:0', 'logits/kernel:0', 'logits/bias:0'" in printed
    assert number(r"test accuracy ([\d.]+)", printed) > 0.5
