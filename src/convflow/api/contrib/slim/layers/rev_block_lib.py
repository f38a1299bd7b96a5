"""tf_slim.layers.rev_block_lib"""

from convflow.slim.recompute import enable_with_args, recompute_grad
from convflow.slim.rev_block import RevBlock, rev_block
