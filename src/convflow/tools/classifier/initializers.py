"""The initializers that `--initializer` names, for the kernels of any model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import convflow as tf

INITIALIZERS: dict[str, Callable[[], Any]] = {
    "glorot_uniform": tf.glorot_uniform_initializer,
    "glorot_normal": tf.glorot_normal_initializer,
    "he_uniform": lambda: tf.variance_scaling_initializer(2.0, distribution="uniform"),
    "he_normal": lambda: tf.variance_scaling_initializer(2.0),
    "lecun_normal": lambda: tf.variance_scaling_initializer(1.0),
    "truncated_normal": lambda: tf.truncated_normal_initializer(stddev=0.1),
    "normal": lambda: tf.random_normal_initializer(stddev=0.1),
    "uniform": lambda: tf.random_uniform_initializer(-0.1, 0.1),
    "orthogonal": tf.orthogonal_initializer,
    "zeros": tf.zeros_initializer,
}
_KERNEL_RANK = 2


def kernel_getter(initializer: str) -> Callable[..., Any]:
    """A custom getter of a variable scope that begins every kernel with the initializer called `initializer`.

    Kernels are the trainable variables of two axes and more; biases and normalizations keep what their model says.
    """

    def get(getter: Callable[..., Any], name: str, *args: Any, **kwargs: Any) -> Any:
        shape = kwargs.get("shape")
        if kwargs.get("trainable") is not False and shape is not None and len(tf.TensorShape(shape)) >= _KERNEL_RANK:
            kwargs["initializer"] = INITIALIZERS[initializer]()
        return getter(name, *args, **kwargs)

    return get
