"""TensorFlow 1 on today's Python: `import convflow as tf`."""
