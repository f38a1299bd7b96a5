"""What layers of TensorFlow 1.15 have from Keras and tf.layers hardly uses: masks, signatures, layers within."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convflow.graph.type_spec import TensorSpec
from convflow.modeling.layers import structure
from convflow.modeling.module import Module


class Members(Module):
    """Part of `Layer`.

    Attributes:
        stateful: whether it keeps something from one batch for the next.
        supports_masking: whether it can be called with a mask.
    """

    stateful = False
    supports_masking = False
    # Layers tell waiting checkpoints of their variables themselves, when they are built.
    __setattr__ = object.__setattr__  # type: ignore[assignment]

    @property
    def dynamic(self) -> bool:
        """Whether it can run in eager mode only: never, here."""
        return False

    @property
    def metrics(self: Any) -> list[Any]:
        """The metrics of this layer and those within; layers of tf.layers have none of their own."""
        return [metric for layer in self._sublayers() for metric in layer.metrics]

    @property
    def inbound_nodes(self) -> list[Any]:
        """Keras' records of this layer's calls; calls of tf.layers leave none."""
        return list(getattr(self, "_inbound_nodes", ()))

    @property
    def outbound_nodes(self) -> list[Any]:
        """Keras' records of the calls that take its outputs; calls of tf.layers leave none."""
        return list(getattr(self, "_outbound_nodes", ()))

    def _own_leaves(self: Any) -> Iterator[Any]:
        yield from self.weights
        yield from self._sublayers()

    @property
    def submodules(self: Any) -> tuple[Any, ...]:
        """All layers within, at any depth."""
        nested = [[layer, *layer.submodules] for layer in self._sublayers()]
        return tuple(structure.once(*nested))

    @property
    def input_mask(self: Any) -> Any:
        """The mask of what the layer was called with; AttributeError unless it was called once."""
        return _masks(self.input)

    @property
    def output_mask(self: Any) -> Any:
        """The mask of what the layer returned; AttributeError unless it was called once."""
        return _masks(self.output)

    def get_input_mask_at(self: Any, node_index: int) -> Any:
        """The mask of what the layer was called with the given time."""
        return _masks(self.get_input_at(node_index))

    def get_output_mask_at(self: Any, node_index: int) -> Any:
        """The mask of what the layer returned the given time."""
        return _masks(self.get_output_at(node_index))

    def compute_mask(self: Any, inputs: Any, mask: Any = None) -> Any:
        """The mask of the output: that of the inputs, if the layer supports masks.

        Raises:
            TypeError: a mask for a layer that supports none.
        """
        if self.supports_masking:
            return mask
        if any(True for _ in structure.flat(mask)):
            raise TypeError(
                f"Layer {self.name} does not support masking, but was passed an input_mask: {mask}. Call it without."
            )
        return None

    def compute_output_signature(self: Any, input_signature: Any) -> Any:
        """The output's `TensorSpec` for an input's, or for a structure of them.

        Raises:
            NotImplementedError: a layer that does not say the shape of its output.
        """
        first = next(structure.flat(input_signature))
        shapes = self.compute_output_shape(structure.shapes(input_signature))
        return _specs(shapes, self.dtype or first.dtype)


def _masks(tensors: Any) -> Any:
    """Keras notes the mask of a tensor with it; None where there is none."""
    if isinstance(tensors, (list, tuple)):
        return [_masks(tensor) for tensor in tensors]
    return getattr(tensors, "_keras_mask", None)


def _specs(shapes: Any, dtype: Any) -> Any:
    if isinstance(shapes, (list, tuple)):
        return [_specs(shape, dtype) for shape in shapes]
    return TensorSpec(shapes, dtype)
