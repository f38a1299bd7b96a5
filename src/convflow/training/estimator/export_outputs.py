"""What a served model returns (API: tf.estimator.export.PredictOutput and its kin)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.training.saved_model import signatures
from convflow.training.saved_model.signature_constants import DEFAULT_SERVING_SIGNATURE_DEF_KEY


class ExportOutput:
    """The base of the outputs (API: tf.estimator.export.ExportOutput)."""

    def as_signature_def(self, receiver_tensors: Mapping[str, Any]) -> Any:
        """The `SignatureDef` from these inputs; ValueError if they do not suit."""
        raise NotImplementedError(f"{type(self).__name__} does not say its signature: override as_signature_def.")


class ClassificationOutput(ExportOutput):
    """Classes, or scores of classes (API: tf.estimator.export.ClassificationOutput).

    Args:
        scores: floats, shape (batch, classes), or None.
        classes: texts of the same shape, or None.

    Raises:
        ValueError: none of the two, or one of another type.
    """

    def __init__(self, scores: Any = None, classes: Any = None) -> None:
        if scores is not None and not (isinstance(scores, Tensor) and scores.dtype.is_floating):
            raise ValueError(f"Classification scores must be a float32 Tensor; got {scores}")
        if classes is not None and not (isinstance(classes, Tensor) and classes.dtype == dtypes.string):
            raise ValueError(f"Classification classes must be a string Tensor; got {classes}")
        if scores is None and classes is None:
            raise ValueError(
                "Cannot create a ClassificationOutput with empty arguments. At least one of `scores` and `classes` "
                "must be defined."
            )
        self._scores, self._classes = scores, classes

    @property
    def scores(self) -> Any:
        return self._scores

    @property
    def classes(self) -> Any:
        return self._classes

    def as_signature_def(self, receiver_tensors: Mapping[str, Any]) -> Any:
        examples = _only_examples(receiver_tensors, "Classification")
        return signatures.classification_signature_def(examples, self._classes, self._scores)


class RegressionOutput(ExportOutput):
    """A number for each example (API: tf.estimator.export.RegressionOutput).

    Args:
        value: floats.

    Raises:
        ValueError: something else.
    """

    def __init__(self, value: Any) -> None:
        if not (isinstance(value, Tensor) and value.dtype.is_floating):
            raise ValueError(f"Regression output value must be a float32 Tensor; got {value}")
        self._value = value

    @property
    def value(self) -> Any:
        return self._value

    def as_signature_def(self, receiver_tensors: Mapping[str, Any]) -> Any:
        return signatures.regression_signature_def(_only_examples(receiver_tensors, "Regression"), self._value)


class PredictOutput(ExportOutput):
    """Any tensors (API: tf.estimator.export.PredictOutput).

    Args:
        outputs: a tensor, called "output" then, or tensors by name.

    Raises:
        ValueError: names or values that are none.
    """

    def __init__(self, outputs: Any) -> None:
        named = outputs if isinstance(outputs, Mapping) else {"output": outputs}
        self._outputs: dict[str, Tensor] = {}
        for key, value in named.items():
            name = "/".join(key) if isinstance(key, tuple) else key
            if not isinstance(name, str):
                raise ValueError(f"Prediction output key must be a string; got {key}.")
            if not isinstance(value, Tensor):
                raise ValueError(f"Prediction output value must be a Tensor; got {value}.")
            self._outputs[name] = value

    @property
    def outputs(self) -> dict[str, Tensor]:
        return self._outputs

    def as_signature_def(self, receiver_tensors: Mapping[str, Any]) -> Any:
        return signatures.predict_signature_def(receiver_tensors, self._outputs)


def _only_examples(receiver_tensors: Mapping[str, Any], kind: str) -> Any:
    tensors = list(receiver_tensors.values())
    if len(tensors) != 1 or tensors[0].dtype != dtypes.string:
        raise ValueError(
            f"{kind} signatures can only accept a single tensor input of type tf.string. Received: "
            f"{dict(receiver_tensors)}. Let the serving_input_receiver_fn make one string placeholder and parse it "
            "with tf.parse_example."
        )
    return tensors[0]


def checked(export_outputs: Any, predictions: Any) -> dict[str, ExportOutput]:
    """The outputs of a prediction, `predictions` as they are if None, with the one that is served by default.

    Raises:
        TypeError: no dict of `ExportOutput`s. ValueError: several, none of them the default.
    """
    if export_outputs is None:
        export_outputs = {DEFAULT_SERVING_SIGNATURE_DEF_KEY: PredictOutput(predictions)}
    if not isinstance(export_outputs, dict):
        raise TypeError(f"`export_outputs` must be dict, received: {export_outputs}.")
    if not all(isinstance(output, ExportOutput) for output in export_outputs.values()):
        raise TypeError(f"Values in `export_outputs` must be ExportOutput objects, received: {export_outputs}.")
    if len(export_outputs) == 1:
        (output,) = export_outputs.values()
        export_outputs.setdefault(DEFAULT_SERVING_SIGNATURE_DEF_KEY, output)
    elif DEFAULT_SERVING_SIGNATURE_DEF_KEY not in export_outputs:
        raise ValueError(
            f"Multiple `export_outputs` were provided: {sorted(export_outputs)}, but none of them are specified as "
            f"the default. Call one {DEFAULT_SERVING_SIGNATURE_DEF_KEY!r}, which is "
            "tf.saved_model.signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY."
        )
    return export_outputs
