from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from convflow.core import errors
from convflow.tools.classifier.settings import make_run


def test_settings_come_from_the_models_recipe() -> None:
    run = make_run("mnist_cnn", "mnist5k", epochs=3, dropout=None)
    assert (run.epochs, run.batch_size, run.learning_rate, run.dropout, run.seed) == (3, 64, 1e-3, 0.5, 1)
    assert run.out.parent == Path("runs")
    assert run.out.name.startswith("mnist_cnn-")


@pytest.mark.parametrize(("optimizer", "rate"), [(None, 0.1), ("momentum", 0.1), ("adam", 1e-3), ("sgd", 0.1)])
def test_another_optimizer_than_the_recipes_has_a_rate_of_its_own(optimizer: str | None, rate: float) -> None:
    assert make_run("resnet20", "mnist5k", optimizer=optimizer).learning_rate == rate
    assert make_run("resnet20", "mnist5k", optimizer=optimizer, learning_rate=0.7).learning_rate == 0.7


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "--epochs is 0; expected a whole number of at least 1."),
        ({"epochs": -1}, "--epochs is -1; expected a whole number of at least 1."),
        ({"batch_size": 0}, "--batch-size is 0; expected a whole number of at least 1."),
        ({"learning_rate": 0.0}, "--learning-rate is 0.0; expected a number above 0, such as 0.001."),
        ({"learning_rate": float("nan")}, "--learning-rate is nan; expected a number above 0, such as 0.001."),
        ({"learning_rate": float("inf")}, "--learning-rate is inf; expected a number above 0, such as 0.001."),
        ({"dropout": 1.0}, "--dropout is 1.0; expected a fraction from 0 up to but without 1, such as 0.5."),
        ({"dropout": -0.1}, "--dropout is -0.1; expected a fraction from 0 up to but without 1, such as 0.5."),
        ({"seed": -1}, "--seed is -1; expected a whole number from 0 to 2147483647."),
        ({"steps": 0}, "--steps is 0; expected a whole number of at least 1."),
        ({"momentum": 1.5}, "--momentum is 1.5; expected a fraction from 0 up to but without 1, such as 0.9."),
        ({"decay": 2.0, "schedule": "step"}, "--decay is 2.0; expected a fraction from 0 to 1, such as 0.1."),
        ({"decay_at": (0.5, 1.5)}, "--decay-at is (0.5, 1.5); expected fractions of the run, such as 0.5,0.75."),
        ({"patience": 0}, "--patience is 0; expected a whole number of at least 1."),
        ({"warmup": -1.0}, "--warmup is -1.0; expected a number of epochs from 0, such as 1."),
        ({"l1": -1.0}, "--l1 is -1.0; expected a number from 0, such as 0.0001."),
        ({"l2": float("inf")}, "--l2 is inf; expected a number from 0, such as 0.0001."),
        ({"early_stopping": 0}, "--early-stopping is 0; expected a whole number of epochs of at least 1."),
        ({"balance": "evenly"}, "--balance is 'evenly'; expected one of none, weights, resample."),
        (
            {"schedule": "linear"},
            "--schedule is 'linear'; expected one of constant, step, exponential, plateau, cosine.",
        ),
        (
            {"optimizer": "adams"},
            "--optimizer is 'adams'; expected one of adam, sgd, momentum, nesterov, rmsprop, adagrad, adadelta, ftrl.",
        ),
        (
            {"test": 0.2},
            "--test is 0.2; expected nothing: mnist5k has its own pictures and test set. Leave it out.",
        ),
        (
            {"channels": 3},
            "--channels is 3; expected nothing: mnist5k has its own pictures and test set. Leave it out.",
        ),
        (
            {"image_size": 32},
            "--image-size is 32; expected nothing: mnist5k has its own pictures and test set. Leave it out.",
        ),
        (
            {"momentum": 0.5},
            "--momentum is 0.5; expected nothing: --optimizer adam has no use for it. Leave it out, or choose "
            "momentum or nesterov or rmsprop.",
        ),
        (
            {"patience": 3, "schedule": "cosine"},
            "--patience is 3; expected nothing: --schedule cosine has no use for it. Leave it out, or choose plateau.",
        ),
        (
            {"epochs": 3, "steps": 10},
            "--epochs is 3; expected nothing: --steps 10 says how long the run is. Leave one of them out.",
        ),
        (
            {"freeze": "("},
            "--freeze is '('; expected a regular expression (missing ), unterminated subpattern at position 0).",
        ),
    ],
)
def test_settings_that_cannot_work(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.InvalidArgumentError) as caught:
        make_run("mnist_cnn", "mnist5k", **settings)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("model", "data", "message"),
    [
        ("mnist-cnn", "mnist5k", "There is no model named 'mnist-cnn'. Did you mean mnist_cnn?"),
        ("mnist_cnn", "minst5k", "There is no data set named 'minst5k'. Did you mean mnist5k or mnist?"),
    ],
)
def test_names_nobody_knows(model: str, data: str, message: str) -> None:
    with pytest.raises(errors.NotFoundError) as caught:
        make_run(model, data)
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize(
    ("settings", "decay"),
    [
        ({}, 1.0),
        ({"schedule": "step"}, 0.1),
        ({"schedule": "exponential"}, 0.95),
        ({"schedule": "plateau", "decay": 0.5}, 0.5),
        ({"schedule": "cosine"}, 0.0),
    ],
)
def test_each_schedule_has_its_decay(settings: dict[str, Any], decay: float) -> None:
    assert make_run("mnist_cnn", "mnist5k", **settings).decay == decay
