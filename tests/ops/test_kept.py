"""What is kept of tensors lives until variables change."""

from __future__ import annotations

import torch

from convflow.ops.kept import Kept, at_once, variables_change


def counted() -> tuple[list[int], object]:
    calls: list[int] = []

    def double(x: torch.Tensor) -> torch.Tensor:
        calls.append(1)
        return x * 2

    return calls, double


def test_computed_once_for_the_same_tensor_and_condition():
    keep, x = Kept(), torch.ones(2)
    calls, double = counted()
    first = keep("twice", (1, 2), double, x)
    assert keep("twice", (1, 2), double, x) is first and len(calls) == 1
    assert keep("twice", (1, 3), double, x) is not first
    assert keep("twice", (1, 3), double, torch.ones(2)) is not first
    assert len(calls) == 3


def test_computed_anew_when_variables_change():
    keep, x = Kept(), torch.ones(2)
    calls, double = counted()
    keep("twice", None, double, x)
    x.mul_(3.0)
    variables_change()
    assert keep("twice", None, double, x).tolist() == [6.0, 6.0] and len(calls) == 2


def test_a_change_while_computing_is_noticed():
    keep, x = Kept(), torch.ones(2)
    calls, double = counted()

    def interrupted(value: torch.Tensor) -> torch.Tensor:
        result = double(value)
        variables_change()
        return result

    keep("twice", None, interrupted, x)
    keep("twice", None, interrupted, x)
    assert len(calls) == 2


def test_nothing_is_kept_at_once():
    calls, double = counted()
    x = torch.ones(2)
    at_once("twice", None, double, x)
    at_once("twice", None, double, x)
    assert len(calls) == 2
