"""tensorflow.python.ops.gradients_impl"""

from convflow.autodiff.gradients import UnconnectedGradients, gradients
from convflow.autodiff.gradients import gradients as gradients_v2
from convflow.autodiff.hessians import hessians
from convflow.autodiff.hessians import hessians as HessiansV2
