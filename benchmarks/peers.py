"""The peers, and the environments they run in: `python -m benchmarks.peers [NAME ...]` builds them.

Each peer has an interpreter of its own, so that no library of one is loaded beside another's.
"""

from __future__ import annotations

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
    default: whether it runs when no peers are named.
    """

    name: str
    environment: str | None
    default: bool = True


PEERS = {
    peer.name: peer
    for peer in (
        Peer(CONVFLOW, None),
        Peer("tensorflow", "tensorflow"),
        Peer("pytorch", "pytorch"),
        Peer("pytorch-compile", "pytorch", default=False),
    )
}


def requirements(environment: str) -> list[str]:
    """PyTorch in the version that convflow runs on here: the comparison is of the two, not of two PyTorches."""
    if environment == "tensorflow":
        return ["tensorflow-cpu==2.21.*", "tf-keras==2.21.*", "tf-slim==1.1.0"]
    return [f"torch=={version('torch').partition('+')[0]}", "numpy"]


def folder(environment: str) -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("convflow") / "benchmarks" / environment


def interpreter(environment: str) -> Path:
    scripts = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    return folder(environment) / scripts


def build(environment: str) -> Path:
    """Make the environment and install the peer in it with pip, as pip is configured on this machine.

    Returns:
        Its interpreter.

    Raises:
        subprocess.CalledProcessError: pip failed; its own message is on the screen.
    """
    venv.create(folder(environment), with_pip=True)
    python = interpreter(environment)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *requirements(environment)], check=True)
    # Says that the environment is whole: an installation broken off in the middle is made anew.
    (folder(environment) / "complete").touch()
    return python


def python_of(peer: Peer, given: dict[str, Path]) -> Path:
    """The peer's interpreter: the one given for it or its environment, else its environment's, built if need be."""
    if peer.environment is None:
        return given.get(peer.name, Path(sys.executable))
    for name in (peer.name, peer.environment):
        if name in given:
            return given[name]
    if (folder(peer.environment) / "complete").exists():
        return interpreter(peer.environment)
    return build(peer.environment)


def main() -> None:
    names = sys.argv[1:] or sorted({peer.environment for peer in PEERS.values() if peer.environment})
    for name in names:
        print(build(name))


if __name__ == "__main__":
    main()
