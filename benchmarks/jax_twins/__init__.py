"""The works' twins in JAX: the same layers and parameters as pure functions of NHWC arrays."""
