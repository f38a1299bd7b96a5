"""The CTC loss (API: tf.nn.ctc_loss, tf.nn.ctc_loss_v2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops import operators, rules  # noqa: F401  (tensors get their operators)
from convflow.ops.array.concat import concat
from convflow.ops.array.passing import prevent_gradient
from convflow.ops.array.reshape import expand_dims
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.transpose import transpose
from convflow.ops.ctc.labels import dense_to_sparse
from convflow.ops.ctc.loss_kernel import Labels, Settings, labels_by_row, loss_and_gradient
from convflow.ops.math.arithmetic import add, multiply, subtract
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import less
from convflow.ops.math.select import where
from convflow.ops.sparse.parts import invalid

_NARROW = (dtypes.float16, dtypes.bfloat16)
_NO_SECOND = (
    "Currently there is no way to take the second derivative of ctc_loss due to the fused implementation's "
    "interaction with tf.gradients()"
)


def ctc_loss(
    labels: Any,
    inputs: Any = None,
    sequence_length: Any = None,
    preprocess_collapse_repeated: bool = False,
    ctc_merge_repeated: bool = True,
    ignore_longer_outputs_than_inputs: bool = False,
    time_major: bool = True,
    logits: Any = None,
) -> Tensor:
    """How unlikely the labels are, summed over all paths that give them (API: tf.nn.ctc_loss).

    A path gives a class, or blank (the last class), for each step; the labels are what is left when repeats are
    merged and blanks left out (Graves, Fernandez, Gomez, Schmidhuber, ICML 2006).

    Args:
        labels: int32 `SparseTensor` [batch, any]; values from 0 to classes - 2.
        inputs, logits: floating [time, batch, classes], not normalized; [batch, time, classes] unless `time_major`.
        sequence_length: int32 [batch], how many steps of each row count.
        preprocess_collapse_repeated: merge repeats in the labels before.
        ctc_merge_repeated: False: repeats in a path stand for repeated labels.
        ignore_longer_outputs_than_inputs: rows with more labels than steps have a loss of 0; otherwise they fail.

    Returns:
        Negative log likelihoods [batch], infinite where no path gives the labels.

    Raises:
        TypeError: `labels` is no `SparseTensor`.
        ValueError: shapes that do not go together.
        tf.errors.InvalidArgumentError: (in the run) a row without labels, with negative ones, or too many.
    """
    if not isinstance(labels, SparseTensor):
        raise TypeError(
            f"Expected argument `labels` to be a SparseTensor. Received labels={labels} of type: "
            f"{type(labels).__name__}. Dense labels go to tf.nn.ctc_loss_v2, or through tf.sparse.from_dense."
        )
    if inputs is not None and logits is not None:
        raise ValueError("Cannot specify both 'inputs' and 'logits': they are two names of one argument.")
    steps = convert_to_tensor(inputs if logits is None else logits, name="logits")
    if not time_major:
        steps = transpose(steps, [1, 0, 2])
    wanted = steps.dtype.base_dtype
    steps = cast(steps, dtypes.float32) if wanted in _NARROW else steps
    loss, _ = apply_op(
        "CTCLoss",
        inputs=steps,
        labels_indices=labels.indices,
        labels_values=labels.values,
        sequence_length=sequence_length,
        preprocess_collapse_repeated=preprocess_collapse_repeated,
        ctc_merge_repeated=ctc_merge_repeated,
        ignore_longer_outputs_than_inputs=ignore_longer_outputs_than_inputs,
    )
    return cast(loss, wanted) if wanted in _NARROW else loss


def ctc_loss_v2(
    labels: Any,
    logits: Any,
    label_length: Any,
    logit_length: Any,
    logits_time_major: bool = True,
    unique: Any = None,
    blank_index: int | None = None,
    name: str | None = None,
) -> Tensor:
    """The CTC loss of dense or sparse labels, any class being the blank (API: tf.nn.ctc_loss_v2).

    Args:
        labels: int32 [batch, labels] dense, or a `SparseTensor`.
        logits: floating [time, batch, classes], [batch, time, classes] unless `logits_time_major`.
        label_length: int32 [batch], how many labels of each row count; None for sparse ones.
        logit_length: int32 [batch], how many steps of each row count.
        unique: what `tf.nn.ctc_unique_labels` returns; it saves TensorFlow work and changes no result.
        blank_index: the class that means no label, negative from the end; the first one for dense labels.

    Returns:
        Negative log likelihoods [batch].

    Raises:
        ValueError: sparse labels without `blank_index`, or a `blank_index` outside of the classes.
        tf.errors.InvalidArgumentError: (in the run) labels and steps as for `ctc_loss`. A row without labels is refused
            where they are sparse or the logits are float64.
    """
    with name_scope(name, "ctc_loss", [labels, logits, label_length, logit_length]):
        logits = convert_to_tensor(logits, name="logits")
        if isinstance(labels, SparseTensor):
            return _sparse_loss(labels, logits, logit_length, logits_time_major, blank_index)
        labels = convert_to_tensor(labels, dtypes.int32, name="labels")
        sparse = dense_to_sparse(labels, label_length)
        if logits.dtype.base_dtype is dtypes.float64:
            # The op whose blank comes first, and that takes rows without labels, takes no float64.
            return _sparse_loss(sparse, logits, logit_length, logits_time_major, blank_index or 0)
        steps = logits if logits_time_major else transpose(logits, [1, 0, 2])
        values = sparse.values
        if blank_index:
            blank = _blank(blank_index, logits)
            steps = concat([steps[:, :, blank : blank + 1], steps[:, :, :blank], steps[:, :, blank + 1 :]], 2)
            values = where(less(values, blank), add(values, 1), values)
        wanted = steps.dtype.base_dtype
        loss, _ = apply_op(
            "CTCLossV2",
            inputs=cast(steps, dtypes.float32),
            labels_indices=sparse.indices,
            labels_values=values,
            sequence_length=logit_length,
        )
        return cast(loss, wanted)


def _sparse_loss(labels: SparseTensor, logits: Tensor, lengths: Any, time_major: bool, blank_index: Any) -> Tensor:
    if blank_index is None:
        raise ValueError(
            "Argument `blank_index` must be provided when labels is a SparseTensor: give the class that means no "
            "label, -1 for the last one."
        )
    blank = _blank(blank_index, logits)
    if blank_index not in (-1, (logits.shape.with_rank(3)[2] - 1).value):
        logits = concat([logits[:, :, :blank], logits[:, :, blank + 1 :], logits[:, :, blank : blank + 1]], 2)
        values = where(less(labels.values, blank), labels.values, subtract(labels.values, 1))
        labels = SparseTensor(labels.indices, values, labels.dense_shape)
    return ctc_loss(labels, logits, lengths, time_major=time_major)


def _blank(blank_index: int, logits: Tensor) -> Any:
    """The number of the blank class, a tensor where it counts from an unknown end."""
    classes = logits.shape.with_rank(3)[2].value
    if classes is None:
        return blank_index if blank_index >= 0 else shape_of(logits)[2] + blank_index
    if not -classes <= blank_index < classes:
        raise ValueError(f"blank_index must be from {-classes} to {classes - 1}, got {blank_index}.")
    return blank_index % classes


def _loss_shape(ctx: InferenceContext) -> list[TensorShape]:
    inputs = rules.with_rank(ctx.input(0), 3, "inputs")
    indices = rules.with_rank(ctx.input(1), 2, "labels_indices")
    values = rules.with_rank(ctx.input(2), 1, "labels_values")
    length = rules.with_rank(ctx.input(3), 1, "sequence_length")
    rules.merge_dimension(indices[0], values[0], f"labels_indices {indices} and labels_values {values} are of one size")
    batch = rules.merge_dimension(
        inputs[1], length[0], f"inputs {inputs} are [time, batch, classes], sequence_length {length} is [batch]"
    )
    return [TensorShape([batch]), TensorShape([inputs[0], batch, inputs[2]])]


def _check_lengths(lengths: list[int], steps: int) -> None:
    for row, length in enumerate(lengths):
        if not 0 <= length <= steps:
            raise invalid(f"sequence_length({row}) is {length}: it must be from 0 to {steps}, the steps of the inputs.")


def _check_labels(labels: Labels, classes: int) -> Labels:
    """The labels up to the first that is no label (the blank and what is above); others may not follow it."""
    for row, sequence in enumerate(labels):
        shown = ",".join(map(str, sequence))
        if not sequence:
            raise invalid(f"Labels length is zero in batch {row}. Leave rows without labels out of the batch.")
        if min(sequence) < 0:
            raise invalid(f"All labels must be nonnegative integers, batch: {row} labels: {shown}.")
        seen = [label for label in sequence if label < classes - 1]
        if sequence[: len(seen)] != seen:
            raise invalid(
                f"Saw a non-null label (index >= num_classes - 1) following a null label, batch: {row} num_classes: "
                f"{classes} labels: {shown}. The last class is the blank; real labels are below it."
            )
        sequence[len(seen) :] = []
    return labels


def _loss_kernel(op: Operation) -> Callable[..., Any]:
    flags = {name: op.attrs[name] for name in Settings._fields if name != "blank"}
    first_is_blank = op.type == "CTCLossV2"

    def compute(
        inputs: torch.Tensor, indices: torch.Tensor, values: torch.Tensor, sequence_length: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        steps, rows, classes = inputs.shape
        if len(sequence_length) != rows or len(indices) != len(values):
            raise ValueError("The sizes of the CTC loss' inputs differ.")
        lengths = sequence_length.tolist()
        _check_lengths(lengths, steps)
        labels = labels_by_row(indices, values, rows)
        if first_is_blank:
            _check_range(labels, classes)
        else:
            labels = _check_labels(labels, classes)
        settings = Settings(blank=0 if first_is_blank else classes - 1, **flags)
        return loss_and_gradient(inputs, labels, lengths, settings)

    return compute


def _check_range(labels: Labels, classes: int) -> None:
    for row, sequence in enumerate(labels):
        if sequence and not 0 < min(sequence) <= max(sequence) < classes:
            shown = ",".join(map(str, sequence))
            raise invalid(f"Labels must be from 1 to {classes - 1}, the blank being 0; batch: {row} labels: {shown}.")


def _loss_gradient(op: Operation, grad: Tensor | None, _: Any) -> list[Tensor | None]:
    if grad is None:
        return [None] * 4
    slope = prevent_gradient(op.outputs[1], message=_NO_SECOND)
    return [multiply(expand_dims(grad, -1), slope), None, None, None]


_FLAGS = (
    "preprocess_collapse_repeated: bool = false; ctc_merge_repeated: bool = true; "
    "ignore_longer_outputs_than_inputs: bool = false"
)
register_op(
    "CTCLoss",
    inputs="inputs: T; labels_indices: int64; labels_values: int32; sequence_length: int32",
    outputs="loss: T; gradient: T",
    attrs=f"{_FLAGS}; T: type = float in {{float, double}}",
    shape=_loss_shape,
    kernel=_loss_kernel,
    gradient=_loss_gradient,
)
register_op(
    "CTCLossV2",
    inputs="inputs: float; labels_indices: int64; labels_values: int32; sequence_length: int32",
    outputs="loss: float; gradient: float",
    attrs=_FLAGS,
    shape=_loss_shape,
    kernel=_loss_kernel,
    gradient=_loss_gradient,
)
