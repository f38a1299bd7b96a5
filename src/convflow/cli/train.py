"""`convflow train MODEL`."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from convflow.core import errors
    from convflow.tools.classifier.settings import Run

_FAILED = 1
_USAGE_ERROR = 2
_STOPPED = 130

_LENGTH, _RATE, _PICTURES = "How long", "Learning rate", "Pictures and classes"
_NETWORK, _FROM = "Network", "Going on from something"


def _option(text: str, panel: str | None = None, *names: str) -> Any:
    return typer.Option(*names, help=text, rich_help_panel=panel, show_default=False)


Model = Annotated[str | None, typer.Argument(metavar="MODEL", help="The model to train, e.g. mnist_cnn.")]
Data = Annotated[
    str,
    typer.Option(
        help="A named set: mnist5k (5,000 digits, no download), mnist (the whole set), fashion_mnist, cifar10, "
        "cifar100, iris; a folder with a folder of pictures for each class; or TFRecord files."
    ),
]
Out = Annotated[Path | None, _option("A new folder for the results. Default: runs/MODEL-DATE-TIME.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same numbers.")]
Epochs = Annotated[int | None, _option("Passes over the training images. Default: the model's.", _LENGTH)]
Steps = Annotated[int | None, _option("Steps in all, in place of epochs.", _LENGTH)]
BatchSize = Annotated[int | None, _option("Images in a step. Default: the model's.", _LENGTH)]
EarlyStopping = Annotated[
    int | None, _option("End after so many epochs without a better validation accuracy.", _LENGTH)
]
Optimizer = Annotated[
    str | None,
    _option(
        "adam, sgd, momentum, nesterov, rmsprop, adagrad, adadelta or ftrl. Default: the model's, mostly adam.", _RATE
    ),
]
LearningRate = Annotated[float | None, _option("The optimizer's learning rate. Default: the model's.", _RATE)]
Momentum = Annotated[float | None, _option("Of momentum, nesterov and rmsprop. Default: 0.9.", _RATE)]
Schedule = Annotated[
    str | None,
    _option("How the rate changes: constant, step, exponential, plateau or cosine. Default: the model's.", _RATE),
]
Decay = Annotated[
    float | None,
    _option("The share of the rate left after a drop, or an epoch of exponential. Default: 0.1, or 0.95.", _RATE),
]
DecayAt = Annotated[str | None, _option("When step drops, in fractions of the run. Default: 0.33,0.67.", _RATE)]
Patience = Annotated[int | None, _option("Epochs that plateau waits for something better. Default: 5.", _RATE)]
Warmup = Annotated[float | None, _option("Epochs over which the rate rises from near 0. Default: 0.", _RATE)]
Augment = Annotated[
    str | None,
    _option("How training pictures are changed, e.g. flip,crop:4,rotate:10,brightness:0.2,cutout:8.", _PICTURES),
]
ImageSize = Annotated[
    int | None, _option("Pixels that pictures of folders and records are brought to. Default: the model's.", _PICTURES)
]
Channels = Annotated[int | None, _option("1 (grey) or 3 (colours) for the same. Default: the model's.", _PICTURES)]
Validation = Annotated[
    float | None,
    _option("The fraction kept to choose the best by. Default: 0.1, or as many as a named set says.", _PICTURES),
]
Test = Annotated[
    float | None,
    _option("The fraction kept to measure the result. Default: 0.2; named sets have their own.", _PICTURES),
]
SkipBad = Annotated[bool, _option("Leave out pictures that cannot be read.", _PICTURES, "--skip-bad")]
Balance = Annotated[
    str | None, _option("For classes of unequal size: weights (in the loss) or resample. Default: none.", _PICTURES)
]
Dropout = Annotated[float | None, _option("Fraction of units dropped. Default: the model's.", _NETWORK)]
Initializer = Annotated[
    str | None, _option("Of all kernels, e.g. he_normal or glorot_uniform. Default: the model's.", _NETWORK)
]
L1 = Annotated[float | None, _option("Weight of the kernels' magnitudes in the loss.", _NETWORK, "--l1")]
L2 = Annotated[float | None, _option("Weight of half the kernels' squares in the loss.", _NETWORK, "--l2")]
MixedPrecision = Annotated[bool, _option("Convolutions and products in bfloat16.", _NETWORK, "--mixed-precision")]
Resume = Annotated[Path | None, _option("Go on with the stopped run of this folder; alone.", _FROM)]
Start = Annotated[str | None, _option("Begin with the variables of a run or a checkpoint.", _FROM, "--from")]
Freeze = Annotated[str | None, _option("Leave variables as they are: a regular expression.", _FROM)]
Train = Annotated[str | None, _option("Train only these variables: a regular expression.", _FROM, "--train")]


# Parameters of the command that are no settings of the run, or not in the form they are typed in.
_NO_SETTINGS = ("model", "data", "out", "resume", "decay_at")


def register(app: typer.Typer) -> None:
    app.command("train")(train)


def train(
    context: typer.Context,
    model: Model = None,
    data: Data = "mnist5k",
    out: Out = None,
    seed: Seed = 1,
    epochs: Epochs = None,
    steps: Steps = None,
    batch_size: BatchSize = None,
    early_stopping: EarlyStopping = None,
    optimizer: Optimizer = None,
    learning_rate: LearningRate = None,
    momentum: Momentum = None,
    schedule: Schedule = None,
    decay: Decay = None,
    decay_at: DecayAt = None,
    patience: Patience = None,
    warmup: Warmup = None,
    image_size: ImageSize = None,
    channels: Channels = None,
    validation: Validation = None,
    test: Test = None,
    skip_bad: SkipBad = False,
    augment: Augment = None,
    balance: Balance = None,
    dropout: Dropout = None,
    initializer: Initializer = None,
    l1: L1 = None,
    l2: L2 = None,
    mixed_precision: MixedPrecision = False,
    resume: Resume = None,
    start: Start = None,
    freeze: Freeze = None,
    train_only: Train = None,
) -> None:
    """Train a network and show how well it does.

    The results go to a folder: checkpoints, TensorBoard events, metrics.csv, config.json, predictions.png with
    right and wrong answers, and report.html. Ctrl-C stops after the step in hand and saves a checkpoint.
    """
    from convflow.core import errors
    from convflow.tools.classifier import train as training

    if resume is not None:
        _check_alone(context)
        work = functools.partial(training.resume_model, resume)
    else:
        work = functools.partial(training.train_model, _run(context, model, data, out, _fractions(decay_at)))
    try:
        result = work()
    except errors.OpError as reason:
        raise _failed(reason, _FAILED) from None
    if result.end is training.End.STOPPED:
        raise typer.Exit(_STOPPED)


def _run(
    context: typer.Context, model: str | None, data: str, out: Path | None, decay_at: tuple[float, ...] | None
) -> Run:
    from convflow.core import errors
    from convflow.tools.classifier.settings import make_run

    if model is None:
        raise _misused("which MODEL? `convflow models` lists them")
    settings = {name: value for name, value in context.params.items() if name not in _NO_SETTINGS}
    try:
        return make_run(model, data, out=out, **settings, decay_at=decay_at)
    except errors.OpError as reason:
        raise _failed(reason, _USAGE_ERROR) from None


def _check_alone(context: typer.Context) -> None:
    """A resumed run has its settings; an option beside `--resume` would say something else."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    given = [name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"]
    if given != ["resume"]:
        others = ", ".join(name.replace("_", "-") for name in given if name != "resume")
        raise _misused(f"--resume goes on with a run as it is; leave out: {others}")


def _fractions(text: str | None) -> tuple[float, ...] | None:
    """Numbers between commas."""
    try:
        return None if text is None else tuple(float(part) for part in text.split(","))
    except ValueError:
        raise _misused(f"--decay-at is {text!r}; expected fractions of the run, such as 0.5,0.75") from None


def _misused(what: str) -> typer.Exit:
    typer.echo(f"convflow train: {what}.", err=True)
    return typer.Exit(_USAGE_ERROR)


def _failed(reason: errors.OpError, status: int) -> typer.Exit:
    """Says what went wrong to a person who did not write the graph: without the node and its inputs."""
    message = reason.message.partition("\n\t [[node")[0]
    for line in (message, *getattr(reason, "__notes__", ())):
        typer.echo(f"convflow train: {line}", err=True)
    return typer.Exit(status)
