"""Writing an estimator's model for serving."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping
from typing import Any

from convflow.core import errors, logging
from convflow.core.compat import as_str_any
from convflow.formats import files
from convflow.graph.collections import GraphKeys
from convflow.graph.scopes import get_collection
from convflow.runtime.session import Session
from convflow.training.estimator.spec import EstimatorSpec
from convflow.training.saved_model import signature_constants, tag_constants
from convflow.training.saved_model.builder import SavedModelBuilder
from convflow.training.saved_model.signatures import is_valid_signature
from convflow.training.saver import Saver
from convflow.training.scaffold import Scaffold

_ATTEMPTS = 10
_KINDS = {
    "Classify": signature_constants.CLASSIFY_METHOD_NAME,
    "Regress": signature_constants.REGRESS_METHOD_NAME,
    "Predict": signature_constants.PREDICT_METHOD_NAME,
}


def timestamped_folder(base: str) -> str:
    """A new folder's path in `base`, named after the seconds since 1970; RuntimeError if those are taken."""
    for _ in range(_ATTEMPTS):
        path = os.path.join(base, str(int(time.time())))
        if not os.path.exists(path):
            return path
        time.sleep(1)
    raise RuntimeError(f"Failed to obtain a unique export directory name after {_ATTEMPTS} attempts in {base}.")


def write(
    spec: EstimatorSpec, receiver: Any, base: Any, checkpoint_path: str, session_config: Any, as_text: bool,
    assets_extra: Mapping[str, str] | None, strip_default_attrs: bool,
) -> bytes:  # fmt: skip
    """Write a model of the default graph, with the variables of a checkpoint; returns the folder's path.

    The folder gets its name when everything is in it.
    """
    folder = timestamped_folder(as_str_any(base))
    unfinished = os.path.join(os.path.dirname(folder), f"temp-{os.path.basename(folder)}")
    builder = SavedModelBuilder(unfinished)
    saver = spec.scaffold.saver or Saver(sharded=True)
    signatures = _signatures(spec, receiver)
    with Session(config=session_config) as session:
        _restore(saver, session, checkpoint_path)
        builder.add_meta_graph_and_variables(
            session,
            [tag_constants.SERVING],
            signatures,
            assets_collection=get_collection(GraphKeys.ASSET_FILEPATHS),
            main_op=spec.scaffold.local_init_op or Scaffold.default_local_init_op(),
            strip_default_attrs=strip_default_attrs,
            saver=saver,
        )
    builder.save(as_text)
    _copy_extra(assets_extra, unfinished)
    with files.os_errors("rename the export", folder):
        os.replace(unfinished, folder)
    return folder.encode()


def _restore(saver: Any, session: Any, path: str) -> None:
    try:
        saver.restore(session, path)
    except errors.NotFoundError as error:
        raise ValueError(
            "Could not load all requested variables from checkpoint. Please make sure your model_fn does not expect "
            f"variables that were not saved in the checkpoint.\n\nEncountered error with mode `infer` while restoring "
            f"checkpoint from: `{path}`. {error.message}"
        ) from error


def _signatures(spec: EstimatorSpec, receiver: Any) -> dict[str, Any]:
    """The signatures that can be served, of each output with each group of inputs."""
    groups = {"": receiver.receiver_tensors}
    groups |= {f"{name}:": tensors for name, tensors in (receiver.receiver_tensors_alternatives or {}).items()}
    included, excluded = {}, {}
    for prefix, tensors in groups.items():
        for name, output in spec.export_outputs.items():
            try:
                signature = output.as_signature_def(tensors)
            except ValueError as error:
                excluded[f"{prefix}{name}"] = str(error)
                continue
            if is_valid_signature(signature):
                included[f"{prefix}{name}"] = signature
    _log(included, excluded)
    return included


def _log(included: Mapping[str, Any], excluded: Mapping[str, str]) -> None:
    for kind, method in _KINDS.items():
        names = [name for name, signature in included.items() if signature.method_name == method]
        logging.info("Signatures INCLUDED in export for %s: %s", kind, names or None)
    for kind in ("Train", "Eval"):
        logging.info("Signatures INCLUDED in export for %s: None", kind)
    if excluded:
        logging.info("Signatures EXCLUDED from export because they cannot be be served via TensorFlow Serving APIs:")
        for name, message in excluded.items():
            logging.info("'%s' : %s", name, message)
    if not included:
        logging.warning("Export includes no signatures!")
    elif signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY not in included:
        logging.warning("Export includes no default signature!")


def _copy_extra(assets_extra: Mapping[str, str] | None, folder: str) -> None:
    for name, source in (assets_extra or {}).items():
        path = os.path.join(folder, "assets.extra", name)
        with files.os_errors("copy an asset", source):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            shutil.copyfile(source, path)
