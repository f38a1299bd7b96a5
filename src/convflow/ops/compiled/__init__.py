"""Kernels written as LLVM code for the sizes at hand, where PyTorch has none that is fast."""
