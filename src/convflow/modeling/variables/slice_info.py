"""Which part of a larger tensor a variable is, as checkpoints write it (API: tf.Variable.SaveSliceInfo)."""

from __future__ import annotations

from typing import Any

from tensorboard.compat.proto import variable_pb2


class SaveSliceInfo:
    """The name and shape of the whole tensor, and where the part begins and how large it is.

    Args:
        full_name: the whole tensor's name in a checkpoint.
        full_shape: its sizes.
        var_offset: where the part begins, per axis.
        var_shape: the part's sizes.
        save_slice_info_def: a `SaveSliceInfoDef` in place of the others.
        import_scope: put before the name in `save_slice_info_def`.
    """

    def __init__(
        self,
        full_name: str | None = None,
        full_shape: Any = None,
        var_offset: Any = None,
        var_shape: Any = None,
        save_slice_info_def: Any = None,
        import_scope: str | None = None,
    ) -> None:
        if save_slice_info_def is not None:
            prefix = import_scope.rstrip("/") + "/" if import_scope else ""
            full_name = prefix + save_slice_info_def.full_name
            full_shape = list(save_slice_info_def.full_shape)
            var_offset = list(save_slice_info_def.var_offset)
            var_shape = list(save_slice_info_def.var_shape)
        self.full_name = full_name
        self.full_shape = full_shape
        self.var_offset = var_offset
        self.var_shape = var_shape

    @property
    def spec(self) -> str:
        """The part as savers write it: the whole's sizes, then "offset,size" of each axis."""
        sizes = " ".join(str(size) for size in self.full_shape)
        extents = ":".join(f"{start},{size}" for start, size in zip(self.var_offset, self.var_shape, strict=True))
        return f"{sizes} {extents}"

    def to_proto(self, export_scope: str | None = None) -> Any:
        """A `SaveSliceInfoDef`, None if the name lies outside of `export_scope`."""
        name = str(self.full_name)
        if export_scope:
            prefix = export_scope.rstrip("/") + "/"
            if not name.startswith(prefix):
                return None
            name = name.removeprefix(prefix)
        return variable_pb2.SaveSliceInfoDef(
            full_name=name, full_shape=self.full_shape, var_offset=self.var_offset, var_shape=self.var_shape
        )
