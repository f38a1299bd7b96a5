"""Arrays of tensors that a loop reads and writes one by one (API: tf.TensorArray)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from convflow.core import dtypes, logging
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import colocate_with, control_dependencies, device, executing_eagerly, name_scope
from convflow.graph.static_value import constant_value
from convflow.ops.array.identity import identity
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.cast import cast
from convflow.ops.tensor_array_eager import TensorList
from convflow.ops.tensor_array_nodes import register_reading_and_writing


class TensorArray:
    """An array of tensors, each written once (API: tf.TensorArray).

    Methods that write return the array to go on with; use that one, not the one before.

    Args:
        dtype: the type of the tensors.
        size: how many there are, a scalar.
        dynamic_size: a write behind the end makes the array longer.
        clear_after_read: a tensor may be read once, True by default.
        tensor_array_name: what the array is called in messages.
        handle, flow: of an array that there is already.
        infer_shape: all tensors have one shape.
        element_shape: that shape, as far as it is known.
        colocate_with_first_write_call: place the array where the first tensor written is.
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        return object.__new__(_EagerTensorArray if cls is TensorArray and executing_eagerly() else cls)

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: bool | None = None,
        clear_after_read: bool | None = None,
        tensor_array_name: str | None = None,
        handle: Any = None,
        flow: Any = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ) -> None:
        given = {
            "tensor_array_name": tensor_array_name,
            "size": size,
            "element_shape": element_shape,
            "dynamic_size": dynamic_size,
            "clear_after_read": clear_after_read,
        }
        _check_source(handle, given)
        self._dtype = dtypes.as_dtype(dtype).base_dtype
        self._dynamic_size = bool(dynamic_size)
        self._infer_shape = infer_shape
        self._size = size
        # Lists, as arrays that are one and the same array share what is found out.
        self._element_shape = [as_shape(element_shape)]
        self._colocate = colocate_with_first_write_call
        self._location: list[Any] = []
        with name_scope(name, "TensorArray", [handle, size, flow]) as scope:
            if handle is not None:
                if flow is None:
                    raise ValueError("flow must not be None if handle is not None.")
                self._handle, self._flow = handle, flow
                return
            with self._anywhere():
                self._handle, self._flow = apply_op(
                    "TensorArrayV3",
                    size=size,
                    dtype=self._dtype,
                    element_shape=as_shape(element_shape),
                    identical_element_shapes=infer_shape,
                    dynamic_size=self._dynamic_size,
                    clear_after_read=clear_after_read is not False,
                    tensor_array_name=tensor_array_name or "",
                    name=scope,
                )

    @contextmanager
    def _anywhere(self) -> Iterator[None]:
        if not self._colocate:
            yield
            return
        with device(None), colocate_with(None, ignore_existing=True):
            yield

    @property
    def flow(self) -> Any:
        """What later operations on the array wait for."""
        return self._flow

    @property
    def handle(self) -> Any:
        return self._handle

    @property
    def dtype(self) -> dtypes.DType:
        return self._dtype

    @property
    def dynamic_size(self) -> bool:
        return self._dynamic_size

    @property
    def element_shape(self) -> TensorShape:
        """What is known of the shape of the tensors."""
        return self._element_shape[0]

    def with_flow(self, flow: Any) -> TensorArray:
        """The same array after what `flow` waits for."""
        array = TensorArray(
            self._dtype,
            handle=self._handle,
            flow=flow,
            infer_shape=self._infer_shape,
            colocate_with_first_write_call=self._colocate,
        )
        array._dynamic_size = self._dynamic_size
        array._size = self._size
        array._element_shape = self._element_shape
        array._location = self._location
        return array

    def identity(self) -> TensorArray:
        """The same array, waiting for the control dependencies around."""
        return self.with_flow(identity(self._flow))

    def grad(self, source: str, flow: Any = None, name: str | None = None) -> TensorArray:
        """The array of the gradients of the tensors; `source` tells gradients of one array apart."""
        flow = self._flow if flow is None else flow
        with name_scope(name, "TensorArrayGrad", [self._handle]), colocate_with(self._handle.op):
            handle, _ = apply_op("TensorArrayGradV3", handle=self._handle, source=source, flow_in=flow, name=name)
            with control_dependencies([handle]):
                flow = identity(flow, name="gradient_flow")
            array = TensorArray(
                self._dtype,
                handle=handle,
                flow=flow,
                infer_shape=self._infer_shape,
                colocate_with_first_write_call=False,
            )
            array._element_shape = self._element_shape
            return array

    def read(self, index: Any, name: str | None = None) -> Tensor:
        """The tensor at an index."""
        value = apply_op(
            "TensorArrayReadV3",
            handle=self._handle,
            index=index,
            flow_in=self._flow,
            dtype=self._dtype,
            name=name,
        )
        value.set_shape(self.element_shape)
        return value

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        """The array with `value` at an index.

        Raises:
            ValueError: the value has another shape than those before it.
        """
        with name_scope(name, "TensorArrayWrite", [self._handle, index, value]):
            value = self._converted(value)
            self._learn_shape(value.shape)
            with self._where_first_written(value):
                flow = apply_op(
                    "TensorArrayWriteV3",
                    handle=self._handle,
                    index=index,
                    value=value,
                    flow_in=self._flow,
                    name=name,
                )
            return self.with_flow(flow)

    def stack(self, name: str | None = None) -> Tensor:
        """All tensors along a new first axis."""
        with colocate_with(self._handle.op), name_scope(name, "TensorArrayStack", [self._handle]):
            value = self.gather(range_of(0, self.size()), name=name)
            if self.element_shape.rank is not None and not self._dynamic_size and self._size is not None:
                size = constant_value(convert_to_tensor(self._size)) if isinstance(self._size, Tensor) else self._size
                value.set_shape([None if size is None else int(size), *self.element_shape])
            return value

    def gather(self, indices: Any, name: str | None = None) -> Tensor:
        """The tensors at some indices, along a new first axis."""
        value = apply_op(
            "TensorArrayGatherV3",
            handle=self._handle,
            indices=indices,
            flow_in=self._flow,
            dtype=self._dtype,
            element_shape=self.element_shape,
            name=name,
        )
        if self.element_shape.rank is not None:
            value.set_shape([None, *self.element_shape])
        return value

    def concat(self, name: str | None = None) -> Tensor:
        """All tensors along their first axis, whose lengths may differ."""
        value, _ = apply_op(
            "TensorArrayConcatV3",
            handle=self._handle,
            flow_in=self._flow,
            dtype=self._dtype,
            element_shape_except0=self.element_shape[1:],
            name=name,
        )
        if self.element_shape.rank is not None:
            value.set_shape([self._total_length(), *self.element_shape[1:]])
        return value

    def _total_length(self) -> int | None:
        if not self._infer_shape:
            return None
        size, length = constant_value(self.size()), self.element_shape[0].value
        return None if size is None or length is None else int(size) * length

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        """The array with the rows of `value`."""
        with name_scope(name, "TensorArrayUnstack", [self._handle, value]):
            return self.scatter(range_of(0, shape_of(value)[0]), value, name=name)

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TensorArray:
        """The array with the rows of `value` at some indices."""
        with name_scope(name, "TensorArrayScatter", [self._handle, value, indices]):
            value = self._converted(value)
            self._learn_shape(value.shape[1:])
            with self._where_first_written(value):
                flow = apply_op(
                    "TensorArrayScatterV3",
                    handle=self._handle,
                    indices=indices,
                    value=value,
                    flow_in=self._flow,
                    name=name,
                )
            return self.with_flow(flow)

    def split(self, value: Any, lengths: Any, name: str | None = None) -> TensorArray:
        """The array with parts of `value` of some lengths along the first axis."""
        with name_scope(name, "TensorArraySplit", [self._handle, value, lengths]):
            value = convert_to_tensor(value, dtype=self._dtype, name="value")
            with self._where_first_written(value):
                sizes = cast(lengths, dtypes.int64)
                known = constant_value(sizes)
                if value.shape.rank is not None and known is not None and known.shape and len(set(known.tolist())) == 1:
                    self._learn_shape(TensorShape([int(known[0])]).concatenate(value.shape[1:]))
                flow = apply_op(
                    "TensorArraySplitV3",
                    handle=self._handle,
                    value=value,
                    lengths=sizes,
                    flow_in=self._flow,
                    name=name,
                )
            return self.with_flow(flow)

    def size(self, name: str | None = None) -> Tensor:
        """How many tensors there are."""
        if not self._dynamic_size and self._size is not None:
            return convert_to_tensor(self._size, dtype=dtypes.int32)
        return apply_op("TensorArraySizeV3", handle=self._handle, flow_in=self._flow, name=name)

    def close(self, name: str | None = None) -> Operation:
        """An operation that lets the tensors go."""
        return apply_op("TensorArrayCloseV3", handle=self._handle, name=name)

    def _converted(self, value: Any) -> Tensor:
        tensor = convert_to_tensor(value, preferred_dtype=self._dtype, name="value")
        if tensor.dtype.base_dtype is not self._dtype:
            logging.error(
                f"Input value {tensor} has dtype {tensor.dtype.name}, but expected dtype {self._dtype.name}. "
                "The run will fail: use tf.cast."
            )
        return tensor

    def _learn_shape(self, shape: TensorShape) -> None:
        if not shape.is_compatible_with(self.element_shape):
            raise ValueError(
                f"Inconsistent shapes: saw {shape} but expected {self.element_shape}. "
                "Pass infer_shape=False to tf.TensorArray for tensors of different shapes."
            )
        if self._infer_shape:
            self._element_shape[0] = self.element_shape.merge_with(shape)

    @contextmanager
    def _where_first_written(self, value: Tensor) -> Iterator[None]:
        if not self._colocate:
            yield
            return
        if not self._location:
            self._location.append(value)
        with colocate_with(self._location[0].op):
            yield


class _EagerTensorArray(TensorList, TensorArray):  # type: ignore[misc]
    """The array that `tf.TensorArray` makes in eager mode."""


def _check_source(handle: Any, given: dict[str, Any]) -> None:
    if handle is None:
        if given["size"] is None:
            raise ValueError("Argument `size` must be provided if handle is not provided.")
        return
    for what, value in given.items():
        if value is not None:
            raise ValueError(f"Cannot provide both `handle` and `{what}` arguments at the same time.")
    if not isinstance(handle, Tensor):
        raise TypeError(f"Expected `handle` to be a Tensor, but got {handle!r} instead.")


# Gradients


def _source(tensor: Tensor) -> str:
    """The scope of the `tf.gradients` call that made a tensor: gradients of one array are kept apart by it."""
    parts = tensor.name.split("/")
    scopes = [position for position, part in enumerate(parts) if part.startswith("gradients")]
    if not scopes:
        raise ValueError(
            f"Expected op/tensor name to start with gradients (excluding scope), got: {tensor.name}. Calls of "
            "tf.gradients through a TensorArray need a `name` that starts with 'gradients', or none."
        )
    return "/".join(parts[: scopes[-1] + 1])


def _gradient_array(op: Operation, dtype: str, flow: Any, source: str) -> TensorArray:
    array = TensorArray(op.attrs[dtype], handle=op.inputs[0], flow=flow, colocate_with_first_write_call=False)
    return array.grad(source, flow=flow)


def _after_forward(op: Operation, flow: Tensor) -> Tensor:
    """A gradient's flow once the operation has run forward: the gradient array takes its size then."""
    forward = identity(op.outputs[0], "flow_out")
    with control_dependencies([forward]):
        return identity(flow, "write_barrier")


def _read_gradient(op: Operation, grad: Tensor) -> list[Any]:
    array = _gradient_array(op, "dtype", op.inputs[2], _source(grad))
    return [None, None, array.write(op.inputs[1], grad).flow]


def _write_gradient(op: Operation, flow: Tensor) -> list[Any]:
    source = _source(flow)
    flow = _after_forward(op, flow)
    return [None, None, _gradient_array(op, "T", flow, source).read(op.inputs[1]), flow]


def _gather_gradient(op: Operation, grad: Tensor) -> list[Any]:
    array = _gradient_array(op, "dtype", op.inputs[2], _source(grad))
    return [None, None, array.scatter(op.inputs[1], grad).flow]


def _scatter_gradient(op: Operation, flow: Tensor) -> list[Any]:
    source = _source(flow)
    flow = _after_forward(op, flow)
    return [None, None, _gradient_array(op, "T", flow, source).gather(op.inputs[1]), flow]


def _concat_gradient(op: Operation, grad: Tensor, _: Any) -> list[Any]:
    array = _gradient_array(op, "dtype", op.inputs[1], _source(grad))
    return [None, array.split(grad, lengths=op.outputs[1]).flow]


def _split_gradient(op: Operation, flow: Tensor) -> list[Any]:
    source = _source(flow)
    flow = _after_forward(op, flow)
    return [None, _gradient_array(op, "T", flow, source).concat(), None, flow]


register_reading_and_writing(
    {
        "WriteV3": _write_gradient,
        "ReadV3": _read_gradient,
        "GatherV3": _gather_gradient,
        "ScatterV3": _scatter_gradient,
        "ConcatV3": _concat_gradient,
        "SplitV3": _split_gradient,
    }
)
