"""tensorflow.python.framework.test_util"""

from convflow.testing.case import TestCase as TensorFlowTestCase
from convflow.testing.environment import create_local_cluster, gpu_device_name, is_gpu_available
from convflow.testing.graphs import assert_equal_graph_def
from convflow.testing.util import (
    IsGoogleCudaEnabled,
    assert_ops_in_graph,
    device,
    disable_with_predicate,
    force_cpu,
    force_gpu,
    run_gpu_only,
    run_v2_only,
    skip_if,
    use_gpu,
)
from convflow.testing.util import run_in_graph_mode as also_run_as_tf_function
from convflow.testing.util import run_in_graph_mode as build_as_function_and_v1_graph
from convflow.testing.util import run_in_graph_mode as deprecated_graph_mode_only
from convflow.testing.util import run_in_graph_mode as disable_control_flow_v2
from convflow.testing.util import run_in_graph_mode as disable_xla
from convflow.testing.util import run_in_graph_mode as enable_control_flow_v2
from convflow.testing.util import run_in_graph_mode as run_all_in_deprecated_graph_mode_only
from convflow.testing.util import run_in_graph_mode as run_all_in_graph_and_eager_modes
from convflow.testing.util import run_in_graph_mode as run_deprecated_v1
from convflow.testing.util import run_in_graph_mode as run_in_graph_and_eager_modes
from convflow.testing.util import run_in_graph_mode as run_v1_only
from convflow.testing.util import run_in_graph_mode as with_control_flow_v2
