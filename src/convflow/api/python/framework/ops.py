"""tensorflow.python.framework.ops"""

from convflow.autodiff.registry import NoGradient, NotDifferentiable, RegisterGradient
from convflow.autodiff.registry import NoGradient as no_gradient
from convflow.core.behavior import disable_tensor_equality
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor, register_tensor_conversion_function
from convflow.graph.eager_tensor import EagerTensor
from convflow.graph.graph import Graph
from convflow.graph.indexed_slices import IndexedSlices, convert_to_tensor_or_indexed_slices
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import (
    add_to_collection,
    add_to_collections,
    colocate_with,
    control_dependencies,
    device,
    executing_eagerly,
    get_collection,
    get_collection_ref,
    get_default_graph,
    get_default_session,
    init_scope,
    name_scope,
    op_scope,
    reset_default_graph,
)
from convflow.graph.scopes import is_tensor as is_dense_tensor_like
from convflow.graph.scopes import name_scope as name_scope_v1
from convflow.graph.seeds import get_seed, set_random_seed
from convflow.runtime.eager.context import disable_eager_execution, enable_eager_execution
from convflow.slim.framework_ops import get_graph_from_inputs as _get_graph_from_inputs
