"""TensorFlow's module paths: re-exports only, no code."""
