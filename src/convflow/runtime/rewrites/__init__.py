"""What makes a plan faster than its graph as it stands: one rewrite, one file.

A rewrite takes a `Draft` and changes it through `fuse` and `rename`, which refuse what would be another program.
The order matters: what comes later finds the patterns that what came before has laid open.
"""

from __future__ import annotations

from convflow.runtime.draft import Draft
from convflow.runtime.options import PlanOptions
from convflow.runtime.rewrites.branches import take_known_sides
from convflow.runtime.rewrites.common import share_common
from convflow.runtime.rewrites.constants import fold_constants
from convflow.runtime.rewrites.dropout import drop_at_once
from convflow.runtime.rewrites.epilogues import fuse_epilogues
from convflow.runtime.rewrites.identities import rename_identities
from convflow.runtime.rewrites.idle import rename_idle
from convflow.runtime.rewrites.in_place import work_in_place
from convflow.runtime.rewrites.mixed_precision import mix_precision
from convflow.runtime.rewrites.norms import normalize_at_once
from convflow.runtime.rewrites.optimizer_steps import step_together
from convflow.runtime.rewrites.pool_first import pool_first
from convflow.runtime.rewrites.pool_places import remember_pool_places
from convflow.runtime.rewrites.reads import read_in_place

REWRITES = (
    take_known_sides,  # first: behind it is one straight program
    rename_identities,
    share_common,
    fold_constants,
    rename_idle,  # after shapes and constants are known
    drop_at_once,
    remember_pool_places,
    pool_first,
    mix_precision,  # before what knows float32 only; where it is asked for
    normalize_at_once,
    fuse_epilogues,  # after pooling has taken the biases and activations that cost less behind it
    step_together,
    read_in_place,
    work_in_place,  # last: fused nodes need no buffers for what is inside
)


def rewrite(draft: Draft, options: PlanOptions) -> dict[str, int]:
    """Apply all rewrites, and take out what then nobody needs.

    Returns:
        How many nodes of the draft each has put into others, renamed or taken out, by its name.
    """
    counts = {}
    chosen = [apply for apply in REWRITES if apply is not mix_precision or options.bfloat16]
    for apply in (*chosen, sweep):
        before = draft.items
        apply(draft)
        after = set(draft.items)
        counts[apply.__name__] = sum(item not in after for item in before)
    return counts


def sweep(draft: Draft) -> None:
    """Take out what has no effects and whose values nobody takes."""
    draft.sweep()
