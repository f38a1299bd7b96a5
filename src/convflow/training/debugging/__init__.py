"""TensorFlow's debugger as far as files go: runs whose tensors are written down, and what reads them again."""
