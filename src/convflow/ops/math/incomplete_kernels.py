"""Incomplete integrals that PyTorch lacks, by series and continued fractions (DLMF, chapter 8).

All are calculated in float64.
"""

from __future__ import annotations

import torch

_TERMS = 2000
_TINY = 1e-300


def gamma_integrals(a: torch.Tensor, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The lower and the upper incomplete gamma integral, P(a, x) and Q(a, x)."""
    kind = torch.promote_types(a.dtype, x.dtype)
    a, x = torch.broadcast_tensors(a.double(), x.double())
    outside = (a <= 0) | (x < 0) | a.isnan() | x.isnan()
    # PyTorch's own are exact to some 10 digits; beyond these bounds series would be long, and its expansions serve.
    usual = ~outside & (a < 1e4) & (x > 0) & (x < 2e4)
    inner_a, inner_x = torch.where(usual, a, 1.0), torch.where(usual, x, 0.5)
    by_fraction = inner_x > torch.maximum(inner_a, torch.ones_like(inner_a))
    low = _lower_by_series(torch.where(by_fraction, 1.0, inner_a), torch.where(by_fraction, 0.5, inner_x))[0]
    high = _upper_by_fraction(torch.where(by_fraction, inner_a, 1.0), torch.where(by_fraction, inner_x, 2.0))[0]
    lower = torch.where(usual, torch.where(by_fraction, 1 - high, low), torch.special.gammainc(a, x))
    upper = torch.where(usual, torch.where(by_fraction, high, 1 - low), torch.special.gammaincc(a, x))
    return torch.where(outside, torch.nan, lower).to(kind), torch.where(outside, torch.nan, upper).to(kind)


def gamma_integral_by_a(a: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """The derivative of the lower incomplete gamma integral P(a, x) by a."""
    kind = torch.promote_types(a.dtype, x.dtype)
    a, x = torch.broadcast_tensors(a.double(), x.double())
    outside = (a <= 0) | (x < 0) | a.isnan() | x.isnan()
    inside_a, inside_x = torch.where(outside, 1.0, a), torch.where(outside | (x == 0), 1.0, x)
    by_fraction = inside_x > torch.maximum(inside_a, torch.ones_like(inside_a))
    small = torch.where(by_fraction, 0.5, inside_x)
    large = torch.where(by_fraction, inside_x, 2.0)
    low = _lower_by_series(torch.where(by_fraction, 1.0, inside_a), small)[1]
    high = _upper_by_fraction(torch.where(by_fraction, inside_a, 1.0), large)[1]
    result = torch.where(by_fraction, -high, low)
    result = torch.where(x == 0, 0.0, result)
    return torch.where(outside, torch.nan, result).to(kind)


def _lower_by_series(a: torch.Tensor, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """P(a, x) and its derivative by a, for x up to a or 1."""
    # P = x^a e^-x / gamma(a + 1) * (1 + x/(a+1) + x^2/((a+1)(a+2)) + ...), each factor with its derivative by a.
    term, slope = torch.ones_like(x), torch.zeros_like(x)
    total, total_slope = term.clone(), slope.clone()
    for n in range(1, _TERMS):
        ratio = x / (a + n)
        slope = ratio * (slope - term / (a + n))
        term = term * ratio
        total, total_slope = total + term, total_slope + slope
        if bool(((term < total * 1e-17) & (slope.abs() <= total_slope.abs() * 1e-17)).all()):
            break
    front = torch.exp(a * torch.log(x) - x - torch.lgamma(a + 1))
    return front * total, front * (total * (torch.log(x) - torch.digamma(a + 1)) + total_slope)


def _upper_by_fraction(a: torch.Tensor, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Q(a, x) and its derivative by a, for x above a and 1."""
    # Q = x^a e^-x / gamma(a) * f, f a continued fraction evaluated by Lentz's method, carried with its derivative.
    b, b_slope = x + 1 - a, -torch.ones_like(x)
    c, c_slope = torch.full_like(x, 1 / _TINY), torch.zeros_like(x)
    d, d_slope = 1 / b, -b_slope / (b * b)
    f, f_slope = d.clone(), d_slope.clone()
    for n in range(1, _TERMS):
        factor, factor_slope = -n * (n - a), torch.full_like(x, float(n))
        b = b + 2
        inverse, inverse_slope = factor * d + b, factor_slope * d + factor * d_slope + b_slope
        inverse = torch.where(inverse.abs() < _TINY, _TINY, inverse)
        next_c = b + factor / c
        next_c = torch.where(next_c.abs() < _TINY, _TINY, next_c)
        c_slope = b_slope + factor_slope / c - factor * c_slope / (c * c)
        c = next_c
        d, d_slope = 1 / inverse, -inverse_slope / (inverse * inverse)
        step, step_slope = c * d, c_slope * d + c * d_slope
        f, f_slope = f * step, f_slope * step + f * step_slope
        if bool(((step - 1).abs() < 1e-16).all() and (step_slope.abs() < 1e-16).all()):
            break
    front = torch.exp(a * torch.log(x) - x - torch.lgamma(a))
    return front * f, front * (f * (torch.log(x) - torch.digamma(a)) + f_slope)


def beta_integral(a: torch.Tensor, b: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """The regularized incomplete beta integral of equally shaped a, b > 0 and x in [0, 1]; elsewhere NaN."""
    kind = x.dtype
    a, b, x = a.double(), b.double(), x.double()
    outside = ~((a > 0) & (b > 0) & (x >= 0) & (x <= 1))
    at_end = (x == 0) | (x == 1)
    use = ~(outside | at_end)
    safe_a, safe_b, safe_x = (torch.where(use, value, 0.5) for value in (a, b, x))
    # I_x(a, b) = 1 - I_(1-x)(b, a): the fraction converges fast on one side of the mean.
    flip = safe_x > (safe_a + 1) / (safe_a + safe_b + 2)
    p, q = torch.where(flip, safe_b, safe_a), torch.where(flip, safe_a, safe_b)
    y = torch.where(flip, 1 - safe_x, safe_x)
    log_front = (
        p * torch.log(y) + q * torch.log1p(-y) + torch.lgamma(p + q) - torch.lgamma(p) - torch.lgamma(q) - torch.log(p)
    )
    part = torch.exp(log_front) * _beta_fraction(p, q, y)
    result = torch.where(flip, 1 - part, part)
    result = torch.where(at_end, x, result)
    return torch.where(outside, torch.nan, result).to(kind)


def _beta_fraction(a: torch.Tensor, b: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    c = torch.ones_like(x)
    d = 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    f = d.clone()
    for m in range(1, _TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for factor in (even, odd):
            d = 1 / _away_from_zero(1 + factor * d)
            c = _away_from_zero(1 + factor / c)
            step = c * d
            f = f * step
        if bool(((step - 1).abs() < 1e-15).all()):
            break
    return f


def _away_from_zero(value: torch.Tensor) -> torch.Tensor:
    return torch.where(value.abs() < _TINY, _TINY, value)
