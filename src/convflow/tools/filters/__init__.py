"""Convolutions without training: fixed kernels on pictures, and plain convolutions in NumPy to check others with.

`kernels` names the kernels, `picture` runs one on a picture file, `reference` has `conv1d` and `conv2d`.
"""
