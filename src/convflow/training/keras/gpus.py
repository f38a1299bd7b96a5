"""Copies of a model on several graphics cards (API: tf.keras.utils.multi_gpu_model)."""

from __future__ import annotations

from typing import Any


def multi_gpu_model(model: Any, gpus: Any, cpu_merge: bool = True, cpu_relocation: bool = False) -> Any:
    """Is refused as TensorFlow refuses it where these graphics cards are missing.

    Args:
        model: the model. gpus: how many cards, or their numbers.
        cpu_merge, cpu_relocation: where weights would lie.

    Raises:
        ValueError: always; with another text for one card.
    """
    if (len(gpus) if isinstance(gpus, (list, tuple)) else gpus) <= 1:
        raise ValueError(
            f"For multi-gpu usage to be effective, call `multi_gpu_model` with `gpus >= 2`. Received: {gpus}"
        )
    raise ValueError(
        f"To call `multi_gpu_model` with `gpus={gpus}`, the graphics cards must be available: this machine's devices "
        "are ['/cpu:0']. Train the model itself."
    )
