"""Kernels that only plans call: what rewrites put in the place of the program's nodes."""
