"""What a saved graph takes and gives (API: tf.saved_model.signature_def_utils, tf.saved_model.utils)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tensorboard.compat.proto import meta_graph_pb2

from convflow.core import dtypes
from convflow.graph.graph import Graph
from convflow.graph.operation import Tensor
from convflow.graph.scoped_names import prepend_name_scope
from convflow.graph.scopes import get_default_graph
from convflow.graph.sparse_tensor import SparseTensor
from convflow.training.saved_model import signature_constants as names


def build_tensor_info(tensor: Any) -> Any:
    """A `TensorInfo` of a tensor or sparse tensor: name, type, static shape (API: tf.saved_model.build_tensor_info).

    Args:
        tensor: a tensor or sparse tensor of a graph.

    Returns:
        the message.
    """
    info = meta_graph_pb2.TensorInfo(dtype=tensor.dtype.base_dtype.as_datatype_enum)
    info.tensor_shape.CopyFrom(tensor.shape.as_proto())
    if isinstance(tensor, SparseTensor):
        info.coo_sparse.values_tensor_name = tensor.values.name
        info.coo_sparse.indices_tensor_name = tensor.indices.name
        info.coo_sparse.dense_shape_tensor_name = tensor.dense_shape.name
    else:
        info.name = tensor.name
    return info


def get_tensor_from_tensor_info(tensor_info: Any, graph: Graph | None = None, import_scope: str | None = None) -> Any:
    """The tensor or sparse tensor that a `TensorInfo` names (API: tf.saved_model.get_tensor_from_tensor_info).

    Args:
        tensor_info: the message.
        graph: where to look; the default graph if None.
        import_scope: the name scope put before the names.

    Raises:
        KeyError: it is not in the graph. ValueError: the message names none.
    """
    graph = graph or get_default_graph()

    def find(name: str) -> Tensor:
        return graph.get_tensor_by_name(prepend_name_scope(name, import_scope))

    encoding = tensor_info.WhichOneof("encoding")
    if encoding == "name":
        return find(tensor_info.name)
    if encoding == "coo_sparse":
        parts = tensor_info.coo_sparse
        return SparseTensor(
            find(parts.indices_tensor_name), find(parts.values_tensor_name), find(parts.dense_shape_tensor_name)
        )
    raise ValueError(f"Invalid TensorInfo.encoding: {encoding}. Expected a name or the three of a sparse tensor.")


def build_signature_def(
    inputs: Mapping[str, Any] | None = None, outputs: Mapping[str, Any] | None = None, method_name: str | None = None
) -> Any:
    """A `SignatureDef` of `TensorInfo`s by name (API: tf.saved_model.build_signature_def).

    Args:
        method_name: what a server does with it, one of `signature_constants`.
    """
    signature = meta_graph_pb2.SignatureDef(method_name=method_name or "")
    for field, infos in ((signature.inputs, inputs), (signature.outputs, outputs)):
        for key, info in (infos or {}).items():
            field[key].CopyFrom(info)
    return signature


def predict_signature_def(inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> Any:
    """The signature of any computation, of tensors by name (API: tf.saved_model.predict_signature_def).

    Args:
        inputs, outputs: {name: tensor}.

    Returns:
        a `SignatureDef`.

    Raises:
        ValueError: no inputs or no outputs.
    """
    if not inputs:
        raise ValueError("Prediction `inputs` cannot be None or empty.")
    if not outputs:
        raise ValueError("Prediction `outputs` cannot be None or empty.")
    return build_signature_def(_infos(inputs), _infos(outputs), names.PREDICT_METHOD_NAME)


def regression_signature_def(examples: Any, predictions: Any) -> Any:
    """The signature from serialized examples to a float for each (API: tf.saved_model.regression_signature_def).

    Args:
        examples: a string tensor, serialized `tf.train.Example`s.
        predictions: a float32 tensor.

    Returns:
        a `SignatureDef`.

    Raises:
        ValueError: a tensor is missing or of another type.
    """
    _check("Regression", "examples", examples, "input", dtypes.string)
    _check("Regression", "predictions", predictions, "output", dtypes.float32)
    inputs = {names.REGRESS_INPUTS: build_tensor_info(examples)}
    return build_signature_def(
        inputs, {names.REGRESS_OUTPUTS: build_tensor_info(predictions)}, names.REGRESS_METHOD_NAME
    )


def classification_signature_def(examples: Any, classes: Any, scores: Any) -> Any:
    """The signature from serialized examples to labels, scores or both (API: classification_signature_def).

    Args:
        classes: strings, or None.
        scores: floats, or None.

    Raises:
        ValueError: a tensor is missing or of another type.
    """
    _check("Classification", "examples", examples, "input", dtypes.string)
    if classes is None and scores is None:
        raise ValueError("Classification `classes` and `scores` cannot both be None.")
    outputs = {}
    if classes is not None:
        _check("Classification", "classes", classes, "classes", dtypes.string)
        outputs[names.CLASSIFY_OUTPUT_CLASSES] = build_tensor_info(classes)
    if scores is not None:
        _check("Classification", "scores", scores, "scores", dtypes.float32)
        outputs[names.CLASSIFY_OUTPUT_SCORES] = build_tensor_info(scores)
    inputs = {names.CLASSIFY_INPUTS: build_tensor_info(examples)}
    return build_signature_def(inputs, outputs, names.CLASSIFY_METHOD_NAME)


def _check(kind: str, argument: str, tensor: Any, what: str, dtype: dtypes.DType) -> None:
    if tensor is None:
        raise ValueError(f"{kind} `{argument}` cannot be None.")
    if tensor.dtype.base_dtype is not dtype:
        wanted = "float" if dtype is dtypes.float32 else "string"
        raise ValueError(
            f"{kind} {what} tensors must be of type {wanted}. Found tensors with type "
            f"{tensor.dtype.as_datatype_enum}: {tensor}."
        )


def _infos(tensors: Mapping[str, Any]) -> dict[str, Any]:
    return {key: build_tensor_info(tensor) for key, tensor in tensors.items()}


def is_valid_signature(signature_def: Any) -> bool:
    """Whether a server can do what the signature's method says (API: tf.saved_model.is_valid_signature).

    Args:
        signature_def: a `SignatureDef`; None is not valid.
    """
    if signature_def is None:
        return False
    inputs, outputs = signature_def.inputs, signature_def.outputs
    if signature_def.method_name == names.PREDICT_METHOD_NAME:
        return bool(inputs) and bool(outputs)
    if signature_def.method_name == names.REGRESS_METHOD_NAME:
        return _are(inputs, {names.REGRESS_INPUTS: dtypes.string}) and _are(
            outputs, {names.REGRESS_OUTPUTS: dtypes.float32}
        )
    if signature_def.method_name == names.CLASSIFY_METHOD_NAME:
        known = {names.CLASSIFY_OUTPUT_CLASSES: dtypes.string, names.CLASSIFY_OUTPUT_SCORES: dtypes.float32}
        given = {key: known[key] for key in outputs if key in known}
        return _are(inputs, {names.CLASSIFY_INPUTS: dtypes.string}) and bool(given) and _are(outputs, given)
    return False


def _are(infos: Any, expected: Mapping[str, dtypes.DType]) -> bool:
    return {key: info.dtype for key, info in infos.items()} == {
        key: dtype.as_datatype_enum for key, dtype in expected.items()
    }
