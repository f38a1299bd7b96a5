"""Inception v2 as the research models call it (`nets.inception_v2`)."""

from __future__ import annotations

from typing import Any

from convflow.slim.nets import inception_utils
from convflow.slim.nets import inception_v2 as slim_v2
from convflow.slim.nets.inception_parts import Result
from convflow.slim.research.nets.listing_pooled import listing_pooled

inception_v2_arg_scope = inception_utils.inception_arg_scope
inception_v2 = listing_pooled(slim_v2.inception_v2)


def inception_v2_base(
    inputs: Any,
    final_endpoint: str = "Mixed_5c",
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    use_separable_conv: bool = True,
    data_format: str = "NHWC",
    include_root_block: bool = True,
    scope: Any = None,
) -> Result:
    """The network without its end; see `slim.nets.inception_v2.inception_v2_base`."""
    return slim_v2.inception_v2_base(
        inputs, final_endpoint, min_depth, depth_multiplier, scope, use_separable_conv=use_separable_conv,
        data_format=data_format, include_root_block=include_root_block,
    )  # fmt: skip
