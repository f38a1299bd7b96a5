"""The matrices of Winograd's convolutions, for tiles and filters of any size.

m outputs of a filter of r taps are a product of polynomials, known from their values at m + r - 2 points and their
leading coefficients; evaluating, multiplying and interpolating gives `A'[(G g) * (B' d)]` (Barabasz et al., "Error
Analysis and Improving the Accuracy of Winograd Convolution", 2018, section 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import NamedTuple

Matrix = tuple[tuple[float, ...], ...]

# For each number of points those that round least: numbers and their reciprocals, with both signs.
_POINTS = {
    3: ("0", "1", "-1"),
    4: ("0", "3/4", "-3/4", "3/2"),
    5: ("0", "3/4", "-3/4", "4/3", "-4/3"),
    7: ("0", "1", "-1", "1/2", "-1/2", "2", "-2"),
}


class Matrices(NamedTuple):
    """Attributes:
    of_input: B', [a, a] with a = m + r - 1.
    of_filter: G, [a, r].
    to_output: A', [m, a].
    """

    of_input: Matrix
    of_filter: Matrix
    to_output: Matrix


@cache
def matrices(outputs: int, taps: int) -> Matrices:
    """F(outputs, taps); KeyError for a size without points."""
    points = tuple(map(Fraction, _POINTS[outputs + taps - 2]))
    of_input, of_filter = [], []
    for index, point in enumerate(points):
        others = [*points[:index], *points[index + 1 :]]
        scale = Fraction(1)
        for other in others:
            scale *= point - other
        of_input.append([*_coefficients(others), Fraction(0)])
        of_filter.append([point**power / scale for power in range(taps)])
    of_input.append(_coefficients(points))
    of_filter.append([Fraction(int(power == taps - 1)) for power in range(taps)])
    to_output = [[*(point**power for point in points), Fraction(int(power == outputs - 1))] for power in range(outputs)]
    return Matrices(_floats(of_input), _floats(of_filter), _floats(to_output))


def transposed(matrix: Matrix) -> Matrix:
    """Rows and columns changed over."""
    return tuple(zip(*matrix, strict=True))


def _coefficients(roots: Sequence[Fraction]) -> list[Fraction]:
    """Of the product of (x - root), the constant one first."""
    result = [Fraction(1)]
    for root in roots:
        result = [high - root * low for low, high in zip([*result, Fraction(0)], [Fraction(0), *result], strict=True)]
    return result


def _floats(rows: Sequence[Sequence[Fraction]]) -> Matrix:
    return tuple(tuple(map(float, row)) for row in rows)
