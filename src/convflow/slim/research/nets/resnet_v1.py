"""Residual networks, version 1, as the research models call them (`nets.resnet_v1`)."""

from convflow.slim.nets import resnet_utils
from convflow.slim.nets.resnet_v1 import bottleneck, end_of_blocks, resnet_v1_block, root
from convflow.slim.research.nets.resnet_versions import any_blocks, of_depth

resnet_arg_scope = resnet_utils.resnet_arg_scope
resnet_v1 = any_blocks("resnet_v1", bottleneck, root, end_of_blocks)
resnet_v1_50 = of_depth(resnet_v1, resnet_v1_block, 50)
resnet_v1_101 = of_depth(resnet_v1, resnet_v1_block, 101)
resnet_v1_152 = of_depth(resnet_v1, resnet_v1_block, 152)
resnet_v1_200 = of_depth(resnet_v1, resnet_v1_block, 200)
