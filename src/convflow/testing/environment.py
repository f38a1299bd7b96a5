"""Where tests run: devices, folders, and the program that runs them (API: tf.test)."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from typing import Any

import torch
from absl.testing import absltest

from convflow.core.absent import Absent


def main(argv: list[str] | None = None) -> None:
    """Runs the tests of the program, as `unittest.main` (API: tf.test.main).

    Args:
        argv: the command line, `sys.argv` if None.
    """
    absltest.main(argv=argv)


def get_temp_dir() -> str:
    """A folder for this process's tests, the same at each call; it is made at the first (API: tf.test.get_temp_dir)."""
    folder = os.path.join(absltest.get_default_test_tmpdir(), str(os.getpid()))
    os.makedirs(folder, exist_ok=True)
    return folder


def new_temp_dir(at_end: Callable[..., Any]) -> str:
    """A new folder; `at_end(function, *arguments)` is asked to have it removed."""
    folder = tempfile.mkdtemp()
    at_end(shutil.rmtree, folder, ignore_errors=True)
    return folder


def test_src_dir_path(relative_path: str) -> str:
    """The absolute path of a file below the folder that the program was started in (API: tf.test.test_src_dir_path).

    TensorFlow looks below its own source tree, which is not here.

    Args:
        relative_path: of a file.

    Returns:
        Text.
    """
    return os.path.abspath(relative_path)


# pytest would take these for tests where a test file imports them.
test_src_dir_path.__test__ = False  # type: ignore[attr-defined]


def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: tuple[int, int] | None = None) -> bool:
    """False: sessions run on the CPU (API: tf.test.is_gpu_available).

    Args:
        cuda_only, min_cuda_compute_capability: accepted: no GPU is used at all.
    """
    return False


def gpu_device_name() -> str:
    """The name of a GPU that nodes run on: "", there is none (API: tf.test.gpu_device_name)."""
    return ""


def is_built_with_cuda() -> bool:
    """Whether PyTorch was built for CUDA (API: tf.test.is_built_with_cuda)."""
    return torch.version.cuda is not None


def is_built_with_rocm() -> bool:
    """Whether PyTorch was built for ROCm (API: tf.test.is_built_with_rocm)."""
    return getattr(torch.version, "hip", None) is not None


def is_built_with_gpu_support() -> bool:
    """Whether PyTorch was built for GPUs (API: tf.test.is_built_with_gpu_support)."""
    return is_built_with_cuda() or is_built_with_rocm()


create_local_cluster = Absent(
    "tf.test.create_local_cluster", "sessions run in one process", "Test with tf.Session in this process."
)
