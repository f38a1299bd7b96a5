"""Inception v3 as the research models call it (`nets.inception_v3`)."""

from __future__ import annotations

from convflow.slim.nets import inception_utils
from convflow.slim.nets import inception_v3 as slim_v3
from convflow.slim.research.nets.listing_pooled import listing_pooled

inception_v3_arg_scope = inception_utils.inception_arg_scope
inception_v3_base = slim_v3.inception_v3_base
inception_v3 = listing_pooled(slim_v3.inception_v3)
