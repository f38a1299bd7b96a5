"""A model as the source of a PyTorch module, and the tensors it loads."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from convflow.tools.export import torch_helpers, torch_layers, torch_ops
from convflow.tools.export.ir import Model, Node, fresh_name
from convflow.tools.export.torch_state import State, path_of

_WORDS = frozenset(["self", "torch", "nn", "F", "Path", "load_file", "Network", "load"])
_INTERNAL = re.compile(r"/(nchw|inner|transposed)(_\d+)?$")


class Writer:
    """Writes `forward` line by line and gathers what the module must hold."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.state = State()
        self.helpers: list[str] = []
        self._locals: dict[str, str] = {}
        self._taken = set(_WORDS)
        self.arguments = [self._local(port.name) for port in model.inputs]
        self.lines = [self._line(node) for node in model.nodes]
        self.results = [self.value(port.name) for port in model.outputs]

    def _line(self, node: Node) -> str:
        write = torch_layers.layer if torch_layers.is_layer(node) else torch_ops.line
        expression = write(self, node)
        return f"{', '.join(self._local(name, node.source) for name in node.outputs)} = {expression}"

    def _local(self, name: str, source: str = "") -> str:
        """A new local name, of the last two words of the TensorFlow node's."""
        plain = source if source and name.startswith(f"{source}/") else _INTERNAL.sub("", name)
        words = path_of(plain.replace(":", "_"))[-2:]
        base = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", "_".join(words)).lower()
        made = fresh_name(base, self._taken | set(torch_helpers.SOURCES))
        self._taken.add(made)
        self._locals[name] = made
        return made

    def use(self, helper: str) -> None:
        """Brings a function of `torch_helpers` along."""
        for name in (*torch_helpers.NEEDS.get(helper, ()), helper):
            if name not in self.helpers:
                self.helpers.append(name)

    def is_literal(self, name: str) -> bool:
        """Whether a value is a number that stands in the code."""
        constant = self.model.constants.get(name)
        return constant is not None and constant.variable is None and constant.array.ndim == 0

    def value(self, name: str) -> str:
        """The expression of a value: a local name, an attribute of the module or a number."""
        if name in self._locals:
            return self._locals[name]
        if self.is_literal(name):
            return _number(self.model.constants[name].array)
        return self.state.tensor(name, self.model.constants[name])

    def tensor(self, name: str) -> str:
        """As `value`, but never a bare number."""
        if not self.is_literal(name):
            return self.value(name)
        array = self.model.constants[name].array
        return f"torch.tensor({_number(array)}, dtype={torch_ops.torch_type(array.dtype)})"

    def numbers(self, name: str) -> list[int]:
        """A constant vector of integers."""
        return [int(each) for each in self.model.constants[name].array.reshape(-1)]

    def sizes(self, name: str) -> str:
        """A list of integers, known or not."""
        return str(self.numbers(name)) if name in self.model.constants else f"{self.value(name)}.tolist()"


def _number(array: np.ndarray) -> str:
    if array.dtype.kind != "f":
        return repr(array.item())
    if not np.isfinite(array):
        return f'float("{array.item()}")'
    text = str(array) if array.dtype == np.float32 else repr(float(array))
    return f"({text})" if text.startswith("-") else text


def to_module(model: Model, title: str, file_name: str) -> tuple[str, dict[str, np.ndarray]]:
    """The source of a module with the class `Network` and the function `load`, and its state_dict.

    Args:
        title: what it was made from, for the docstring.
        file_name: the file with the tensors, beside the module's.

    Raises:
        UnimplementedError: PyTorch has nothing for a node.
    """
    writer = Writer(model)
    results = writer.results[0] if len(writer.results) == 1 else f"({', '.join(writer.results)})"
    lines = [
        f'"""{title}, written by convflow export.',
        "",
        f"    network = load()  # reads {file_name}",
        '"""',
        "",
        "from pathlib import Path",
        "",
        "import torch",
        "import torch.nn.functional as F",
        "from safetensors.torch import load_file",
        "from torch import nn",
        "",
        *_helpers(writer.helpers),
        "",
        "class Network(nn.Module):",
        '    """Takes and returns what the TensorFlow graph did, in its layout (images NHWC).',
        "",
        *_ports(
            "Takes", writer.arguments, [_text(port.shape) for port in model.inputs], [p.tensor for p in model.inputs]
        ),
        *_ports(
            "Returns", writer.results, [_text(port.shape) for port in model.outputs], [p.tensor for p in model.outputs]
        ),
        '    """',
        "",
        "    def __init__(self):",
        "        super().__init__()",
        *(f"        {line}" for line in _members(writer.state)),
        "",
        f"    def forward(self, {', '.join(writer.arguments)}):",
        *(f"        {line}" for line in writer.lines),
        f"        return {results}",
        "",
        "",
        "def load(path=None):",
        '    """The network with its values, ready to predict."""',
        "    network = Network()",
        f'    network.load_state_dict(load_file(path or Path(__file__).with_name("{file_name}")))',
        "    return network.eval()",
        "",
    ]
    return "\n".join(lines), writer.state.values


def _text(shape: Sequence[int | None]) -> str:
    return f"[{', '.join('?' if size is None else str(size) for size in shape)}]"


def _ports(kind: str, names: list[str], shapes: list[str], tensors: list[str]) -> list[str]:
    rows = [f"        {name}: {shape} ({tensor})" for name, shape, tensor in zip(names, shapes, tensors, strict=True)]
    return [f"    {kind}:", *rows]


def _helpers(names: list[str]) -> list[str]:
    return [line for name in names for line in ("", *torch_helpers.SOURCES[name].strip("\n").split("\n"), "")]


def _members(state: State) -> list[str]:
    """The statements that make submodules and tensors, scopes before what is in them."""
    lines: list[str] = []
    made: set[tuple[str, ...]] = set()

    def scopes(path: tuple[str, ...]) -> None:
        for depth in range(1, len(path)):
            declare(path[:depth])

    def declare(path: tuple[str, ...]) -> None:
        if path not in made:
            made.add(path)
            lines.append(f"self.{'.'.join(path)} = {state.layers.get(path, 'nn.Module()')}")

    for path in state.layers:
        scopes(path)
        declare(path)
    for slot in state.slots:
        scopes(slot.path)
        owner, name = ".".join(("self", *slot.path[:-1])), slot.path[-1]
        shape, dtype = list(slot.value.shape), torch_ops.torch_type(slot.value.dtype)
        kind = "" if dtype == "torch.float32" else f", dtype={dtype}"
        if slot.parameter:
            lines.append(f"{owner}.{name} = nn.Parameter(torch.empty({shape}{kind}))")
        else:
            lines.append(f'{owner}.register_buffer("{name}", torch.empty({shape}{kind}))')
    return lines or ["pass"]
