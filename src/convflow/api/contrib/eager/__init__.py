"""tf.contrib.eager"""

from convflow.api.contrib.eager import metrics
from convflow.autodiff.custom import custom_gradient
from convflow.autodiff.function_gradients import (
    gradients_function,
    implicit_gradients,
    implicit_value_and_gradients,
    make_vjp,
    value_and_gradients_function,
)
from convflow.autodiff.gradient_tape import GradientTape
from convflow.autodiff.py_function import py_function as py_func
from convflow.graph.scopes import executing_eagerly
from convflow.graph.type_spec import TensorSpec
from convflow.input.iterators import EagerIterator as Iterator
from convflow.modeling.eager.network import Network, Sequential
from convflow.modeling.eager.variable_store import EagerVariableStore
from convflow.modeling.variables.resource import ResourceVariable as Variable
from convflow.modeling.variables.template import make_template
from convflow.runtime.eager.context import (
    ASYNC,
    DEVICE_PLACEMENT_EXPLICIT,
    DEVICE_PLACEMENT_SILENT,
    DEVICE_PLACEMENT_WARN,
    SYNC,
    async_clear_error,
    async_wait,
    enable_eager_execution,
    execution_mode,
    in_eager_mode,
    in_graph_mode,
    list_devices,
    num_gpus,
    set_execution_mode,
)
from convflow.runtime.eager.defun import defun
from convflow.runtime.eager.defun import defun as function
from convflow.training.objects.checkpoint import Checkpoint
from convflow.training.saver_eager import Saver, get_optimizer_variables
