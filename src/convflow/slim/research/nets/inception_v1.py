"""Inception v1 as the research models call it (`nets.inception_v1`)."""

from __future__ import annotations

from typing import Any

from convflow.slim.nets import inception_utils
from convflow.slim.nets import inception_v1 as slim_v1
from convflow.slim.nets.inception_parts import Result
from convflow.slim.research.nets.listing_pooled import listing_pooled

inception_v1_arg_scope = inception_utils.inception_arg_scope
inception_v1 = listing_pooled(slim_v1.inception_v1)


def inception_v1_base(
    inputs: Any, final_endpoint: str = "Mixed_5c", include_root_block: bool = True, scope: Any = "InceptionV1"
) -> Result:
    """The network without its end; see `slim.nets.inception_v1.inception_v1_base`."""
    return slim_v1.inception_v1_base(inputs, final_endpoint, scope, include_root_block=include_root_block)
