"""Steps of RMSProp (Tieleman and Hinton, lecture 6.5, 2012), plain and centered (Graves, arXiv 1308.0850)."""

from __future__ import annotations

import torch

from convflow.graph.operation import Operation
from convflow.ops.training.update import Step, Update


def _rms_prop(op: Operation) -> Step:
    def step(
        var: torch.Tensor,
        ms: torch.Tensor,
        mom: torch.Tensor,
        lr: float,
        rho: float,
        momentum: float,
        epsilon: float,
        grad: torch.Tensor,
    ) -> None:
        ms.mul_(rho).addcmul_(grad, grad, value=1 - rho)
        mom.mul_(momentum).addcdiv_(grad, (ms + epsilon).sqrt_(), value=lr)
        var.sub_(mom)

    return step


_plain = Update(
    "var ms mom",
    "lr rho momentum epsilon grad",
    _rms_prop,
    "ms = rho * ms + (1 - rho) * grad^2; mom = momentum * mom + lr * grad / sqrt(ms + epsilon); var -= mom.",
)
apply_rms_prop = _plain.dense("ApplyRMSProp")
sparse_apply_rms_prop = _plain.sparse("SparseApplyRMSProp")
resource_apply_rms_prop = _plain.dense("ResourceApplyRMSProp")
resource_sparse_apply_rms_prop = _plain.sparse("ResourceSparseApplyRMSProp")


def _centered_rms_prop(op: Operation) -> Step:
    def step(
        var: torch.Tensor,
        mg: torch.Tensor,
        ms: torch.Tensor,
        mom: torch.Tensor,
        lr: float,
        rho: float,
        momentum: float,
        epsilon: float,
        grad: torch.Tensor,
    ) -> None:
        # The difference of squares cancels, so the moments are rounded as TensorFlow rounds them.
        ms.add_(grad.square().sub_(ms), alpha=1 - rho)
        mg.add_(grad - mg, alpha=1 - rho)
        mom.mul_(momentum).addcdiv_(grad, (ms - mg.square() + epsilon).sqrt_(), value=lr)
        var.sub_(mom)

    return step


_centered = Update(
    "var mg ms mom",
    "lr rho momentum epsilon grad",
    _centered_rms_prop,
    "mg = rho * mg + (1 - rho) * grad; ms = rho * ms + (1 - rho) * grad^2;\n"
    "mom = momentum * mom + lr * grad / sqrt(ms - mg^2 + epsilon); var -= mom.",
)
apply_centered_rms_prop = _centered.dense("ApplyCenteredRMSProp")
sparse_apply_centered_rms_prop = _centered.sparse("SparseApplyCenteredRMSProp")
resource_apply_centered_rms_prop = _centered.dense("ResourceApplyCenteredRMSProp")
resource_sparse_apply_centered_rms_prop = _centered.sparse("ResourceSparseApplyCenteredRMSProp")
