"""Published checkpoints: the listing, and bringing one here from a place of one's own."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import convflow as tf
from convflow import cli
from convflow.core import errors
from convflow.models import registry, zoo
from convflow.slim.research.nets import nets_factory
from convflow.slim.research.preprocessing import preprocessing_factory
from convflow.tools import model_size, model_zoo, slim_sizes


def convflow(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["models", *arguments])


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONVFLOW_DATA", raising=False)
    monkeypatch.setattr(model_zoo, "models_folder", lambda: tmp_path / "cache")


def archive(path: Path, members: dict[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as opened:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            opened.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def served(tmp_path: Path) -> zoo.Checkpoint:
    """A checkpoint whose archive a file:// address serves."""
    path = archive(tmp_path / "served" / "net.tgz", {"net.ckpt.index": b"i", "net.ckpt.data-00000-of-00001": b"d"})
    return dataclasses.replace(zoo.get("vgg_16"), name="net", url=path.as_uri())


def test_a_download(served: zoo.Checkpoint, tmp_path: Path) -> None:
    pulled = model_zoo.pull(served)
    folder = tmp_path / "cache" / "net"
    assert pulled.folder == folder and pulled.prefixes == [folder / "net.ckpt"] and pulled.source == served.url
    assert pulled.sha256 == hashlib.sha256((tmp_path / "served" / "net.tgz").read_bytes()).hexdigest()
    # Neither the archive nor a temporary file stays.
    assert sorted(path.name for path in folder.iterdir()) == ["net.ckpt.data-00000-of-00001", "net.ckpt.index"]
    again = model_zoo.pull(dataclasses.replace(served, url="file:///nowhere/net.tgz"))
    assert again.source is None and again.prefixes == pulled.prefixes


def test_an_archive_put_here_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vgg = zoo.get("vgg_16")
    by_hand = archive(tmp_path / "data" / vgg.archive, {"vgg_16.ckpt": b"weights"})
    monkeypatch.setenv("CONVFLOW_DATA", str(tmp_path / "data"))
    result = convflow("pull", "vgg_16", "--into", str(tmp_path / "here"))
    assert result.exit_code == 0, result.output
    assert f"vgg_16 is in {tmp_path / 'here'}, from {by_hand}." in result.stdout
    assert "(none was published to compare it with)" in result.stdout
    assert f"Checkpoint: {tmp_path / 'here' / 'vgg_16.ckpt'}" in result.stdout
    assert "nets_factory.get_network_fn('vgg_16', 1000); pictures 224 x 224, preprocessing 'vgg'" in result.stdout
    assert by_hand.exists()
    assert "already" in convflow("pull", "vgg_16", "--into", str(tmp_path / "here")).stdout


def test_another_checksum(served: zoo.Checkpoint, tmp_path: Path) -> None:
    other = dataclasses.replace(served, sha256="0" * 64)
    with pytest.raises(errors.DataLossError, match=r"is not the published archive of net: SHA-256 .* expected 0000"):
        model_zoo.pull(other)
    assert not list((tmp_path / "cache" / "net").iterdir())
    archive(tmp_path / "cache" / "net.tgz", {"net.ckpt": b""})
    with pytest.raises(errors.DataLossError, match=r"cache/net\.tgz is not the published archive"):
        model_zoo.pull(other)


def test_without_a_network_the_message_says_what_to_place_where(served: zoo.Checkpoint, tmp_path: Path) -> None:
    away = dataclasses.replace(served, url="http://127.0.0.1:9/models/net.tgz")
    with pytest.raises(errors.UnavailableError) as caught:
        model_zoo.pull(away)
    text = str(caught.value)
    assert "net.tgz is missing and could not be downloaded from http://127.0.0.1:9/models/net.tgz" in text
    assert f"get http://127.0.0.1:9/models/net.tgz and put it at {tmp_path / 'cache' / 'net' / 'net.tgz'}" in text
    assert not (tmp_path / "cache").exists() or not list((tmp_path / "cache").iterdir())


@pytest.mark.parametrize("name", ["../outside.ckpt", "below/../../outside.ckpt"])
def test_an_archive_cannot_write_outside_of_its_folder(served: zoo.Checkpoint, tmp_path: Path, name: str) -> None:
    archive(tmp_path / "served" / "net.tgz", {"net.ckpt": b"first", name: b"bad"})
    with pytest.raises(errors.PermissionDeniedError, match=r"outside.* would be written outside of .*cache/net"):
        model_zoo.pull(served)
    assert not list((tmp_path / "cache" / "net").iterdir())
    assert not (tmp_path / "cache" / "outside.ckpt").exists()


def test_damaged_and_empty_archives(served: zoo.Checkpoint, tmp_path: Path) -> None:
    path = tmp_path / "served" / "net.tgz"
    archive(path, {"readme": b"no weights"})
    with pytest.raises(errors.DataLossError, match=r"holds no checkpoint\. Expected a file that ends with \.ckpt"):
        model_zoo.pull(served)
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(errors.DataLossError, match=r"net\.tgz \(60 bytes\) is no complete archive"):
        model_zoo.pull(served)


def test_a_name_that_is_not_there() -> None:
    result = convflow("pull", "vgg16")
    assert result.exit_code == 2
    assert result.stderr.startswith(
        "convflow models: There is no published checkpoint named 'vgg16'. Did you mean vgg_16"
    )


def test_the_listing() -> None:
    result = convflow()
    assert result.exit_code == 0
    lines = {line.split()[0]: line.split() for line in result.stdout.splitlines() if line.strip()}
    assert lines["mnist_cnn"][1:4] == ["1,111,946", "4,796,416", "28x28x1"]
    assert lines["resnet20"][1:4] == ["269,722", "40,551,040", "32x32x3"]
    assert set(nets_factory.networks_map) - {"i3d", "s3dg"} <= set(lines)
    url = "http://download.tensorflow.org/models/vgg_16_2016_08_28.tar.gz"
    assert lines["vgg_16"] == ["vgg_16", "138,357,544", "224x224x3", "71.5", url]
    assert set(zoo.CHECKPOINTS) < set(lines)


def test_every_checkpoint_has_its_network_and_preprocessing() -> None:
    for checkpoint in zoo.CHECKPOINTS.values():
        assert checkpoint.network in nets_factory.networks_map
        preprocessing_factory.get_preprocessing(checkpoint.preprocessing)
        assert checkpoint.url.endswith((".tar.gz", ".tgz")) and 0 < checkpoint.top_1 < checkpoint.top_5 < 100


@pytest.mark.parametrize("name", ["cifarnet", "mobilenet_v1_025"])
def test_recorded_sizes_are_those_of_the_networks(name: str) -> None:
    assert model_size.measure(registry.get(name)) == slim_sizes.SIZES[name]


def test_every_slim_network_has_its_size() -> None:
    # The registry has one of them under a second name, and none that takes videos.
    assert set(slim_sizes.SIZES) == {*nets_factory.networks_map, "vgg_11"} - {"i3d", "s3dg"}


@pytest.mark.parametrize("name", ["mobilenet_v1_0.25_128", "mobilenet_v2_0.35_96", "inception_v1"])
def test_parameters_are_those_of_the_network(name: str) -> None:
    checkpoint = zoo.get(name)
    side = checkpoint.image_size
    with tf.Graph().as_default():
        function = nets_factory.get_network_fn(checkpoint.network, checkpoint.num_classes)
        function(tf.zeros([1, side, side, 3]))
        variables = tf.contrib.slim.get_model_variables()
    assert sum(variable.shape.num_elements() for variable in variables) == checkpoint.parameters
