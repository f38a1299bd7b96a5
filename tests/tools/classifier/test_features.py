"""`convflow features`: what a layer makes of examples."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

import convflow as tf
from convflow import cli
from convflow.tools.classifier import features, trained
from tests.tools.classifier import rows


def _convflow(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, ["features", *map(str, arguments)])


def test_what_is_written(rows_run: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "features"
    result = _convflow(rows_run, "--out", out)
    assert result.exit_code == 0, result.output
    assert ": 60x1024 in " in result.stdout
    assert {path.name for path in out.iterdir()} == {"features.npy", "labels.npy", "features.json", "tsne.png"}
    values, labels = np.load(out / "features.npy"), np.load(out / "labels.npy")
    images, expected = rows.pictures(60, 2)
    np.testing.assert_array_equal(labels, expected)
    about = json.loads((out / "features.json").read_text())
    assert about["class_names"] == list(rows.NAMES) and about["shape"] == [60, 1024]
    assert about["examples"][:2] == ["number 0", "number 1"]
    with Image.open(out / "tsne.png") as picture:
        assert picture.size[0] > 800 and len(picture.convert("RGB").getcolors(1 << 20)) > 20
    # What the network says follows from them alone.
    with trained.opened(rows_run) as model:
        _, tensor = features.find_layer(model.network, about["layer"])
        said = model.session.run(model.network.probabilities, {tensor: values})
        np.testing.assert_allclose(said, model.probabilities(images[..., np.newaxis]), rtol=1e-4, atol=1e-6)


def test_a_layer_by_name(rows_run: Path, tmp_path: Path) -> None:
    with trained.opened(rows_run) as model:
        name, tensor = next(iter(model.network.end_points.items()))
        shape = tuple(tensor.shape.as_list()[1:])
    for layer in (name, tensor.name):
        written = features.write_features(rows_run, tmp_path, layer=layer, split="validation")
        assert (written.layer, written.shape) == (layer, (20, *shape))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--layer", "conv_one"], "There is no layer named 'conv_one'. Did you mean conv_2 or conv_1?"),
        (["--layer", "gone/Relu:0"], "There is no layer named 'gone/Relu:0'."),
        (["--layer", "is_training:0"], "is_training:0 has the shape () for 50 examples; a tensor with a row for each"),
        (["--data", "few"], "There are 3 examples in the split 'test'; at least 5 were expected"),
    ],
)
def test_refusals(rows_run: Path, tmp_path: Path, arguments: list[str], message: str) -> None:
    from convflow.tools.classifier.data.named import Source

    few = Source(lambda: (rows.pictures(60, 2), rows.pictures(3, 2)), 20, rows.NAMES)
    with rows.named_rows(few=few):
        result = _convflow(rows_run, "--out", tmp_path / "out", *arguments)
    assert result.exit_code == 1 and not (tmp_path / "out").exists()
    assert message in result.stderr, result.stderr


@pytest.mark.parametrize(("count", "width"), [(5, 1), (6, 300), (40, 3)])
def test_any_number_of_any_width(count: int, width: int) -> None:
    values = np.random.default_rng(0).normal(size=(count, width)).astype(np.float32)
    places = features.embed(values, seed=1)
    assert places.shape == (count, 2) and np.isfinite(places).all()
    np.testing.assert_array_equal(places, features.embed(values, seed=1))


def test_features_that_are_all_alike() -> None:
    assert np.isfinite(features.embed(np.zeros((10, 4), np.float32), seed=1)).all()


def test_classes_apart_are_drawn_apart() -> None:
    random = np.random.default_rng(0)
    labels = np.repeat([0, 1], 30)
    places = features.embed(random.normal(size=(60, 8)) + 20 * labels[:, np.newaxis], seed=1)
    centres = [places[labels == label].mean(axis=0) for label in (0, 1)]
    spread = max(np.linalg.norm(places[labels == label] - centres[label], axis=1).max() for label in (0, 1))
    assert np.linalg.norm(centres[0] - centres[1]) > spread


def test_the_layer_before_convolutional_logits() -> None:
    from convflow.tools.classifier.graph import build_network
    from convflow.tools.classifier.settings import make_run

    with tf.Graph().as_default():
        run = make_run("mobilenet_v1_025", "cifar10")
        network = build_network(run, (32, 32, 3), np.dtype(np.uint8), ["a", "b"])
        name, tensor = features.find_layer(network, None)
    assert name == "AvgPool_1a" and tensor.shape.as_list()[1:] == [1, 1, 256]
