"""Figures, the book of several runs, and the goals, from measurements made up here."""

import json

import pytest

from benchmarks import book, report
from benchmarks.catalogue import WORKS
from benchmarks.driver import mark_different_networks, takes_part
from benchmarks.figures import Outcome, Series, geometric_means, median_of, ratio, thinned
from benchmarks.goals import goals

BY_NAME = {work.name: work for work in WORKS}
RATES = {"convolution": [100.0, 200.0], "convolution in bfloat16": [400.0], "memory copy": [1e9]}


def outcome(name, peak=0, **seconds):
    """An outcome of one round of one step each."""
    series = [Series(peer, [[time]], peak_bytes=peak) for peer, time in seconds.items()]
    operations = 100.0 if BY_NAME[name].network else 0.0
    return Outcome(BY_NAME[name], series, operations, RATES)


def answers(*outcomes):
    return {goal.text: (goal.measured, goal.answer) for goal in goals(outcomes)}


def test_a_thinned_turn_keeps_its_median_and_ends():
    assert thinned([3, 1, 2]) == [1, 2, 3]
    kept = thinned(range(1001))
    assert len(kept) == 15
    assert (kept[0], kept[7], kept[-1]) == (0, 500, 1000)


def test_a_ratio_compares_turns_of_the_same_round():
    ours, theirs = Series("convflow", [[1], [10], [3]]), Series("jax", [[2], [20], [3]])
    assert ratio(ours, theirs) == 0.5
    assert median_of(ours) == 3


def test_geometric_means_are_of_float32_networks_that_both_ran():
    failed = outcome("vae-64-train", convflow=1.0, tensorflow=1.0)
    failed.series[1].failure = "no such library"
    means = geometric_means(
        [
            outcome("mnist-64-train", convflow=1.0, tensorflow=4.0),
            outcome("cifar-128-train", convflow=1.0, tensorflow=1.0),
            outcome("vgg16-8-train-bf16", convflow=9.0, tensorflow=1.0),
            outcome("trivial", convflow=9.0, tensorflow=1.0),
            failed,
        ]
    )
    assert means == {("tensorflow", "train"): (pytest.approx(0.5), 2)}


def test_a_peer_with_another_network_fails_alone():
    series = [Series("convflow", parameters=10), Series("jax", parameters=11), Series("pytorch", parameters=10)]
    mark_different_networks(BY_NAME["mnist-64-train"], series)
    assert [each.failure for each in series] == [
        "",
        "its network of the work mnist-64-train has 11 parameters, convflow's 10: no comparison",
        "",
    ]


def test_who_takes_part():
    assert takes_part("onnxruntime", BY_NAME["mnist-64-infer"])
    assert not takes_part("openvino", BY_NAME["mnist-64-train"])
    assert not takes_part("jax", BY_NAME["trivial"])
    assert not takes_part("jax", BY_NAME["vgg16-8-train-bf16"])
    assert not takes_part("pytorch", BY_NAME["records"])
    assert not takes_part("pytorch-compile", BY_NAME["imports"])


@pytest.mark.parametrize("work", [work for work in WORKS if work.network], ids=lambda work: work.name)
def test_every_network_has_its_twins(work):
    assert work.has_twin("twins")
    assert work.has_twin("jax_twins")


def test_a_later_run_adds_peers_and_keeps_the_ratios_of_the_old_ones():
    pages = book.Book()
    pages.add(outcome("mnist-64-train", convflow=1.0, tensorflow=2.0, pytorch=4.0))
    pages.add(outcome("mnist-64-train", convflow=3.0, jax=6.0, pytorch=3.0))
    rows = [row[1:3] + row[4:5] for row in report.rows(pages.outcomes)]
    assert rows == [
        ("convflow", "3000", ""),
        ("tensorflow", "2000", "0.50"),
        ("pytorch", "3000", "1.00"),
        ("jax", "6000", "0.50"),
    ]
    pages.add(outcome("mnist-64-train", convflow=1.0, tensorflow=1.0))
    assert [[s.peer for s in each.series] for each in pages.outcomes] == [
        ["convflow", "jax", "pytorch"],
        ["convflow", "tensorflow"],
    ]


def test_a_book_is_read_back_as_it_was_written(tmp_path):
    pages = book.Book([book.Run("python -m benchmarks", "2020-01-01 00:00", "a machine", 0.25)])
    pages.add(outcome("mnist-64-infer", convflow=1.0, openvino=2.0))
    path = tmp_path / "results.json"
    path.write_text(pages.dump())
    assert book.load(path) == pages
    assert pages.has("mnist-64-infer", "openvino")
    assert not pages.has("mnist-64-infer", "jax")
    assert book.load(tmp_path / "none.json") == book.Book()


def test_a_work_no_longer_known_is_left_out(tmp_path):
    pages = book.Book()
    pages.add(outcome("chain", convflow=1.0))
    data = json.loads(pages.dump())
    data["outcomes"][0]["work"] = "chains"
    (tmp_path / "results.json").write_text(json.dumps(data))
    assert book.load(tmp_path / "results.json").outcomes == []


def test_goals_without_a_measurement_say_so():
    assert set(answers().values()) == {("not measured", "")}


def test_goals_are_computed_from_the_rows():
    found = answers(
        outcome("resnet50-8-train", convflow=1.0, tensorflow=2.0),
        outcome("vgg16-8-train", peak=2**20, convflow=0.5, tensorflow=0.25),
        outcome("resnet50-8-train-bf16", convflow=0.5),
        outcome("mnist-64-infer", convflow=1.0, onnxruntime=2.0),
        outcome("cifar-128-infer", convflow=3.0, onnxruntime=2.0),
        outcome("imports", convflow=2.0, pytorch=1.7),
        outcome("trivial", convflow=1.0, tensorflow=4.0),
    )
    assert found["no work slower than the best peer (float32; importing has a goal of its own)"] == (
        "2 of 5 slower: vgg16-8-train 2.00 of tensorflow; cifar-128-infer 1.50 of onnxruntime",
        "no",
    )
    assert found["training steps, geometric mean: at most 0.80 of TensorFlow's"] == ("1.00 over 2 networks", "no")
    assert found["training steps, geometric mean: at most 0.80 of PyTorch eager's"] == ("not measured", "")
    assert found["resnet50-8-train: at least 80 % of the machine's convolution limit"] == ("50%", "no")
    assert found["vgg16-8-train: at least 80 % of the machine's convolution limit"] == ("100%", "yes")
    assert found["inference: at most 1.0 of ONNX Runtime's time"] == (
        "geometric mean 0.87 over 2 networks, worst 1.50 (cifar-128-infer)",
        "no",
    )
    assert found["`import convflow`: no more than 0.4 s above `import torch`"] == ("0.30 s above", "yes")
    assert found["`Session.run` of a trivial graph: under a third of TensorFlow's time"] == ("0.25", "yes")
    assert found["peak memory of VGG-16 training: not above TensorFlow's"] == ("1 MB, TensorFlow 1 MB", "yes")
    assert found["resnet50-8-train in bfloat16: at most 0.6 of float32's time"] == ("0.50", "yes")


def test_the_page_tells_goals_ratios_rows_and_failures():
    pages = book.Book([book.Run("python -m benchmarks", "2020-01-01 00:00", "a machine", 3.0)])
    broken = outcome("mnist-64-train", convflow=1.0, jax=2.0, tensorflow=2.0)
    broken.series[2].failure = "a trace\nModuleNotFoundError: tensorflow\n\nSet VERBOSE=1 for more"
    pages.add(broken)
    page = report.markdown(pages)
    assert "**not idle: read the ratios, not the times**" in page
    assert "| convflow / peer | jax |" in page
    assert "| **geometric mean, training** | 0.50 |" in page
    assert "| mnist-64-train | tensorflow | failed |" in page
    assert "- mnist-64-train, tensorflow: ModuleNotFoundError: tensorflow" in page
