"""First and second derivatives of losses by the logits (Chen and Guestrin 2016, arXiv:1603.02754, for boosting).

All take logits of shape [n, d], labels of shape [n, 1] or [n, d] and weights that broadcast with them, and return two
float64 arrays of shape [n, d]: the slopes and, of the Hessian, the diagonal.
"""

from __future__ import annotations

import numpy as np

Slopes = tuple[np.ndarray, np.ndarray]


def logistic(logits: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> Slopes:
    """Of the cross entropy with labels 0 and 1 after a sigmoid."""
    chance = 1 / (1 + np.exp(-logits.astype(np.float64)))
    return weights * (chance - labels), weights * chance * (1 - chance)


def softmax(logits: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> Slopes:
    """Of the cross entropy with numbers of classes after a softmax."""
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    chances = powers / powers.sum(axis=1, keepdims=True)
    is_class = labels.reshape(-1, 1) == np.arange(logits.shape[1])
    return weights * (chances - is_class), weights * chances * (1 - chances)


def squared(logits: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> Slopes:
    """Of the squared difference from numbers."""
    difference = logits.astype(np.float64) - labels
    return 2 * weights * difference, 2 * weights * np.ones_like(difference)
