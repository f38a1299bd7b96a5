"""Which symbols are there, why others are not, and which are near."""

from __future__ import annotations

import pytest

import convflow as tf
from convflow.core.absent import Absent
from convflow.tools.audit import resolve, signatures
from convflow.tools.audit.names import Call


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("tf.nn.conv2d", "tf.nn.conv2d"),
        ("tf.GraphKeys.UPDATE_OPS", "tf.GraphKeys.UPDATE_OPS"),
        ("tf.flags.FLAGS.batch_size", "tf.flags.FLAGS"),
        ("tf.float32.as_numpy_dtype", "tf.float32"),
        ("tf.python.client.timeline.Timeline", "tf.python.client.timeline.Timeline"),
        ("nets.vgg.vgg_16", "nets.vgg.vgg_16"),
    ],
)
def test_what_is_there(symbol: str, name: str) -> None:
    found = resolve.resolve(symbol)
    assert (found.symbol, found.is_there) == (name, True)


@pytest.mark.parametrize(
    ("symbol", "reason", "nearest"),
    [
        ("tf.nn.conv2e", "not there", "tf.nn.conv2d"),
        ("tf.nn.global_variables_initializer", "not there", "tf.global_variables_initializer"),
        ("tf.no_module.member", "there is no tf.no_module", ""),
        ("tf.mul", "renamed to tf.multiply in TensorFlow 1.0", "tf.multiply"),
        ("tf.train.SummaryWriter", "renamed to tf.summary.FileWriter in TensorFlow 1.0", "tf.summary.FileWriter"),
        ("tf.nn.seq2seq.rnn_decoder", "renamed to tf.contrib.legacy_seq2seq in TensorFlow 1.0", ""),
        ("tf.runtime", "not there", ""),
    ],
)
def test_what_is_not(symbol: str, reason: str, nearest: str) -> None:
    found = resolve.resolve(symbol)
    assert (found.symbol, found.reason) == (symbol, reason)
    assert not nearest or nearest in found.nearest


def test_a_name_for_imports_only_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    import convflow.api.train as train

    absent = Absent("tf.train.Cluster", "nothing here is distributed", "Use one process.")
    monkeypatch.setattr(train, "Cluster", absent, raising=False)
    found = resolve.resolve("tf.train.Cluster")
    assert not found.is_there
    assert found.reason == "for imports only: nothing here is distributed"
    for use in (lambda: absent(), lambda: absent.member):
        with pytest.raises(
            NotImplementedError, match=r"^tf\.train\.Cluster is not here: .* distributed\. Use one process"
        ):
            use()


def test_the_error_of_an_old_name_gives_the_new_one() -> None:
    with pytest.raises(AttributeError, match=r"tf\.sub is a name from before TensorFlow 1\.0, .* Write tf\.subtract\."):
        tf.sub  # noqa: B018
    with pytest.raises(AttributeError, match=r"Write tf\.summary\.FileWriter\."):
        tf.train.SummaryWriter  # noqa: B018
    with pytest.raises(AttributeError, match=r"Write tf\.contrib\.legacy_seq2seq\."):
        tf.nn.seq2seq  # noqa: B018
    assert not hasattr(tf, "scalar_summary")


@pytest.mark.parametrize(
    ("symbol", "call", "problems"),
    [
        ("tf.nn.conv2d", Call(4, ("name",), False), []),
        ("tf.nn.relu", Call(1, ("nam",), False), ["tf.nn.relu has no argument 'nam'; close to it: 'name'"]),
        (
            "tf.nn.relu",
            Call(3, (), False),
            ["tf.nn.relu takes 2 arguments without keywords (features, name), not 3"],
        ),
        ("tf.nn.relu", Call(1, ("features",), False), ["tf.nn.relu gets 'features' twice, by place and by keyword"]),
        ("tf.reduce_sum", Call(1, ("keep_dims", "reduction_indices"), False), []),
        ("tf.Session", Call(0, ("graf",), False), ["tf.Session has no argument 'graf'; close to it: 'graph'"]),
        ("tf.ConfigProto", Call(0, ("log_device_placement",), False), []),
        (
            "tf.GPUOptions",
            Call(0, ("allow_grow",), False),
            ["tf.GPUOptions has no argument 'allow_grow'; close to it: 'allow_growth'"],
        ),
        ("tf.group", Call(9, (), False), []),
    ],
)
def test_signatures(symbol: str, call: Call, problems: list[str]) -> None:
    assert signatures.problems(symbol, resolve.resolve(symbol).value, call) == problems
