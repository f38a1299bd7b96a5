"""What makes a plan faster than its graph as it stands: one rewrite, one file.

A rewrite takes a `Draft` and changes it through `fuse` and `rename`, which refuse what would be another program.
The order matters: what comes later finds the patterns that what came before has laid open.
"""

from __future__ import annotations

from convflow.runtime.draft import Draft
from convflow.runtime.rewrites.common import share_common
from convflow.runtime.rewrites.epilogues import fuse_epilogues
from convflow.runtime.rewrites.identities import rename_identities
from convflow.runtime.rewrites.in_place import work_in_place
from convflow.runtime.rewrites.optimizer_steps import step_together
from convflow.runtime.rewrites.pool_first import pool_first
from convflow.runtime.rewrites.pool_places import remember_pool_places
from convflow.runtime.rewrites.reads import read_in_place

REWRITES = (
    rename_identities,
    share_common,
    remember_pool_places,
    pool_first,
    fuse_epilogues,  # after pooling has taken the biases and activations that cost less behind it
    step_together,
    read_in_place,
    work_in_place,  # last: fused nodes need no buffers for what is inside
)


def rewrite(draft: Draft) -> None:
    """Apply all rewrites, and take out what then nobody needs."""
    for apply in REWRITES:
        apply(draft)
    draft.sweep()
