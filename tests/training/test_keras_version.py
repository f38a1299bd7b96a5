"""The release of Keras that is followed."""

import pytest

import convflow as tf

h5py = pytest.importorskip("h5py")


def test_the_version_and_the_one_that_files_name(tmp_path):
    assert tf.keras.__version__ == "2.2.4-tf"
    with tf.Graph().as_default(), tf.Session():
        tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(2,))]).save_weights(str(tmp_path / "w.h5"))
    with h5py.File(tmp_path / "w.h5") as file:
        assert file.attrs["keras_version"] in ("2.2.4-tf", b"2.2.4-tf")
