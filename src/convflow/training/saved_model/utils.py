"""SavedModels as protos, without loading them (API: tensorflow.python.tools.saved_model_utils)."""

from __future__ import annotations

import os
from typing import Any

from convflow.formats import saved_model


def read_saved_model(saved_model_dir: str | os.PathLike[str]) -> Any:
    """The `SavedModel` of a folder; OSError if there is none, or it cannot be parsed."""
    return saved_model.read(saved_model_dir)


def get_saved_model_tag_sets(saved_model_dir: str | os.PathLike[str]) -> list[list[str]]:
    """The tags of each of its graphs."""
    return [list(meta_graph.meta_info_def.tags) for meta_graph in read_saved_model(saved_model_dir).meta_graphs]


def get_meta_graph_def(saved_model_dir: str | os.PathLike[str], tag_set: str) -> Any:
    """The `MetaGraphDef` with exactly these tags.

    Args:
        tag_set: tags with commas between, "" for none.

    Raises:
        RuntimeError: no graph has these tags; the message lists those that there are.
    """
    wanted = {tag for tag in tag_set.split(",") if tag}
    model = read_saved_model(saved_model_dir)
    for meta_graph in model.meta_graphs:
        if set(meta_graph.meta_info_def.tags) == wanted:
            return meta_graph
    available = [",".join(meta_graph.meta_info_def.tags) for meta_graph in model.meta_graphs]
    raise RuntimeError(
        f"MetaGraphDef associated with tag-set {tag_set} could not be found in the SavedModel {saved_model_dir}. "
        f"Please use one of the following tag-sets: {available}"
    )
