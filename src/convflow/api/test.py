"""tf.test"""

from unittest import mock

from convflow.testing.benchmark import Benchmark, benchmark_config
from convflow.testing.case import TestCase
from convflow.testing.environment import (
    create_local_cluster,
    get_temp_dir,
    gpu_device_name,
    is_built_with_cuda,
    is_built_with_gpu_support,
    is_built_with_rocm,
    is_gpu_available,
    main,
    test_src_dir_path,
)
from convflow.testing.gradients import compute_gradient, compute_gradient_error
from convflow.testing.graphs import assert_equal_graph_def
from convflow.testing.stubs import StubOutForTesting
from convflow.testing.util import disable_with_predicate
