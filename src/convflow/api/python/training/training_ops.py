"""tensorflow.python.training.training_ops: the nodes that update variables"""

from convflow.ops.training.adadelta import (
    apply_adadelta,
    resource_apply_adadelta,
    resource_sparse_apply_adadelta,
    sparse_apply_adadelta,
)
from convflow.ops.training.adagrad import (
    apply_adagrad,
    apply_adagrad_da,
    apply_adagrad_v2,
    apply_proximal_adagrad,
    resource_apply_adagrad,
    resource_apply_adagrad_da,
    resource_apply_adagrad_v2,
    resource_apply_proximal_adagrad,
    resource_sparse_apply_adagrad,
    resource_sparse_apply_adagrad_da,
    resource_sparse_apply_adagrad_v2,
    resource_sparse_apply_proximal_adagrad,
    sparse_apply_adagrad,
    sparse_apply_adagrad_da,
    sparse_apply_adagrad_v2,
    sparse_apply_proximal_adagrad,
)
from convflow.ops.training.adam import (
    apply_ada_max,
    apply_adam,
    resource_apply_ada_max,
    resource_apply_adam,
    resource_apply_adam_with_amsgrad,
)
from convflow.ops.training.ftrl import (
    apply_ftrl,
    apply_ftrl_v2,
    resource_apply_ftrl,
    resource_apply_ftrl_v2,
    resource_sparse_apply_ftrl,
    resource_sparse_apply_ftrl_v2,
    sparse_apply_ftrl,
    sparse_apply_ftrl_v2,
)
from convflow.ops.training.gradient_descent import (
    apply_gradient_descent,
    apply_proximal_gradient_descent,
    resource_apply_gradient_descent,
    resource_apply_proximal_gradient_descent,
    resource_sparse_apply_proximal_gradient_descent,
    sparse_apply_proximal_gradient_descent,
)
from convflow.ops.training.momentum import (
    apply_momentum,
    resource_apply_keras_momentum,
    resource_apply_momentum,
    resource_sparse_apply_keras_momentum,
    resource_sparse_apply_momentum,
    sparse_apply_momentum,
)
from convflow.ops.training.rmsprop import (
    apply_centered_rms_prop,
    apply_rms_prop,
    resource_apply_centered_rms_prop,
    resource_apply_rms_prop,
    resource_sparse_apply_centered_rms_prop,
    resource_sparse_apply_rms_prop,
    sparse_apply_centered_rms_prop,
    sparse_apply_rms_prop,
)
from convflow.ops.training.sign import (
    apply_add_sign,
    apply_power_sign,
    resource_apply_add_sign,
    resource_apply_power_sign,
)
