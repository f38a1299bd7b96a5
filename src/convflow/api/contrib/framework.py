"""tf.contrib.framework"""

from convflow.ops.case import smart_case
from convflow.ops.control_flow import smart_cond, smart_constant_value
from convflow.training.global_step import (
    assert_global_step,
    create_global_step,
    get_global_step,
    get_or_create_global_step,
)
