"""The peers, and the environments they run in: `python -m benchmarks.peers [NAME ...]` builds them.

Each peer has an interpreter of its own, so that no library of one is loaded beside another's; ONNX Runtime and
OpenVINO share one, with the PyTorch that exports the networks to them in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

# Not a peer: the process that measures the machine, in convflow's interpreter.
LIMITS = "limits"
CONVFLOW = "convflow"


@dataclass(frozen=True)
class Peer:
    """Args:
    name: as on the command line and in the table.
    environment: which environment it runs in; none: the interpreter that runs the benchmarks.
    """

    name: str
    environment: str | None


PEERS = {
    peer.name: peer
    for peer in (
        Peer(CONVFLOW, None),
        Peer("tensorflow", "tensorflow"),
        Peer("pytorch", "pytorch"),
        Peer("pytorch-compile", "pytorch"),
        Peer("jax", "jax"),
        Peer("onnxruntime", "onnx"),
        Peer("openvino", "onnx"),
    )
}


def requirements(environment: str) -> list[str]:
    """PyTorch in the version that convflow runs on here: the comparison is of the two, not of two PyTorches."""
    torch = f"torch=={version('torch').partition('+')[0]}"
    return {
        "tensorflow": ["tensorflow-cpu==2.21.*", "tf-keras==2.21.*", "tf-slim==1.1.0"],
        "pytorch": [torch, "numpy"],
        "jax": ["jax"],
        "onnx": [torch, "numpy", "onnx", "onnxruntime", "openvino"],
    }[environment]


def default_folder() -> Path:
    """Where environments are kept if nothing else is said."""
    from platformdirs import user_cache_path

    return user_cache_path("convflow") / "benchmarks"


def interpreter(folder: Path, environment: str) -> Path:
    scripts = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    return folder / environment / scripts


def is_whole(folder: Path, environment: str) -> bool:
    """Whether the environment was built to its end for the requirements of today."""
    note = folder / environment / "complete"
    return note.exists() and note.read_text().splitlines() == requirements(environment)


def build(folder: Path, environment: str) -> Path:
    """Make the environment in `folder` and install the peer in it with pip, as pip is configured on this machine.

    Returns:
        Its interpreter.

    Raises:
        subprocess.CalledProcessError: pip failed; its own message is on the screen.
    """
    venv.create(folder / environment, clear=True, symlinks=os.name != "nt", with_pip=True)
    python = interpreter(folder, environment)
    wanted = requirements(environment)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True)
    # Says that the environment is whole: an installation broken off in the middle is made anew.
    (folder / environment / "complete").write_text("\n".join(wanted) + "\n")
    return python


def python_of(peer: Peer, given: dict[str, Path], folder: Path) -> Path:
    """The peer's interpreter: the one given for it or its environment, else its environment's, built if need be."""
    if peer.environment is None:
        return given.get(peer.name, Path(sys.executable))
    for name in (peer.name, peer.environment):
        if name in given:
            return given[name]
    if is_whole(folder, peer.environment):
        return interpreter(folder, peer.environment)
    return build(folder, peer.environment)


def main() -> None:
    known = sorted({peer.environment for peer in PEERS.values() if peer.environment})
    parser = argparse.ArgumentParser("benchmarks.peers", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*known, []], metavar="NAME", help=f"{', '.join(known)}; all")
    parser.add_argument("--environments", type=Path, default=default_folder(), help="the folder they are built in")
    options = parser.parse_args()
    for name in options.names or known:
        whole = is_whole(options.environments, name)
        print(interpreter(options.environments, name) if whole else build(options.environments, name))


if __name__ == "__main__":
    main()
