"""Keras as the package of its own that it was: where none is installed, programs get tf.keras under its paths."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """\
import keras
import keras.backend as K
from keras import layers
from keras.datasets import cifar10, mnist
from keras.engine.topology import InputSpec, Layer
from keras.layers.convolutional import Conv2D
from keras.layers.core import Dense, Flatten
from keras.models import Sequential
from keras.optimizers import SGD
from keras.utils import np_utils
from keras.utils.np_utils import to_categorical
from tensorflow.python.keras.layers.pooling import MaxPooling2D
import tensorflow as tf

print(Conv2D is tf.keras.layers.Conv2D, Layer is tf.keras.layers.Layer, keras.__version__ == tf.keras.__version__)
model = Sequential([Conv2D(2, 3, input_shape=(6, 6, 1)), MaxPooling2D(), Flatten(), Dense(3)])
model.compile(SGD(0.1), "mse")
print(model.output_shape, np_utils.to_categorical([1], 2).tolist(), K.floatx(), isinstance(model, keras.models.Model))
"""


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "convflow", "run", "main.py"]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder)


@pytest.mark.skipif(importlib.util.find_spec("keras") is not None, reason="Keras itself is installed")
def test_keras_is_tf_keras_where_none_is_installed(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(PROGRAM)
    done = run(tmp_path)
    assert done.stdout.splitlines() == ["True True True", "(None, 3) [[0.0, 1.0]] float32 True"], done.stderr
    assert done.stderr.count("convflow run: keras is not installed: tensorflow.keras stands for it.") == 1


def test_a_programs_own_keras_comes_first(tmp_path: Path) -> None:
    (tmp_path / "keras").mkdir()
    (tmp_path / "keras" / "__init__.py").write_text("own = 3\n")
    (tmp_path / "main.py").write_text("import keras\nprint(keras.own)\n")
    done = run(tmp_path)
    assert (done.stdout, done.stderr) == ("3\n", "")


@pytest.mark.skipif(importlib.util.find_spec("keras") is not None, reason="Keras itself is installed")
def test_what_keras_does_not_have_is_named(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("from keras.layers.nosuch import X\n")
    done = run(tmp_path)
    assert done.returncode == 1
    assert "ModuleNotFoundError: convflow does not have keras.layers.nosuch (yet)." in done.stderr
