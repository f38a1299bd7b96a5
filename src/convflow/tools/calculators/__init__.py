"""Sizes, receptive fields, parameters and multiply-accumulates of convolutional networks, by formula.

They need no graph: numbers in, numbers out. `convflow summary` gives the same figures for a graph.
"""

from convflow.tools.calculators.costs import (
    Convolution,
    convolution_macs,
    convolution_parameters,
    dense_macs,
    dense_parameters,
)
from convflow.tools.calculators.receptive_field import Window, receptive_field, receptive_fields
from convflow.tools.calculators.sizes import output_size, pads
from convflow.tools.calculators.substitution import Substitution, bottleneck, small_kernels, squeezed

__all__ = [
    "Convolution",
    "Substitution",
    "Window",
    "bottleneck",
    "convolution_macs",
    "convolution_parameters",
    "dense_macs",
    "dense_parameters",
    "output_size",
    "pads",
    "receptive_field",
    "receptive_fields",
    "small_kernels",
    "squeezed",
]
