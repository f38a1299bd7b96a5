"""Residual networks, version 2, as the research models call them (`nets.resnet_v2`)."""

from convflow.slim.nets import resnet_utils
from convflow.slim.nets.resnet_v2 import bottleneck, end_of_blocks, resnet_v2_block, root
from convflow.slim.research.nets.resnet_versions import any_blocks, of_depth

resnet_arg_scope = resnet_utils.resnet_arg_scope
resnet_v2 = any_blocks("resnet_v2", bottleneck, root, end_of_blocks)
resnet_v2_50 = of_depth(resnet_v2, resnet_v2_block, 50)
resnet_v2_101 = of_depth(resnet_v2, resnet_v2_block, 101)
resnet_v2_152 = of_depth(resnet_v2, resnet_v2_block, 152)
resnet_v2_200 = of_depth(resnet_v2, resnet_v2_block, 200)
