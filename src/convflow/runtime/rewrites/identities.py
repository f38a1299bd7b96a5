"""Nodes that hand on what they get."""

from __future__ import annotations

from convflow.runtime.draft import Draft

_HAND_ON = ("Identity", "IdentityN", "StopGradient", "PreventGradient", "PlaceholderWithDefault", "Snapshot")


def rename_identities(draft: Draft) -> None:
    """Take what such a node gives for what it takes. One that reads a variable stays: it says when."""
    for op in draft.nodes(*_HAND_ON):
        if not any(tensor.dtype._is_ref_dtype for tensor in op.inputs):
            draft.rename(op, op.inputs)
