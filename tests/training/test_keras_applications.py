"""Networks with published weights: their layers as Keras names them, pictures, weights found or asked for."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import convflow as tf

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "training"
sys.path.insert(0, str(GOLDEN))

import application_rows  # noqa: E402

RECORDED = json.loads((GOLDEN / "applications.json").read_text())
applications = tf.keras.applications
SMALLEST = ("VGG16", "ResNet50", "ResNet50V2", "MobileNet", "MobileNetV2", "InceptionV3", "Xception", "DenseNet121")
DOCUMENTED = {
    "VGG19": 143_667_240,
    "MobileNet": 4_253_864,
    "MobileNetV2": 3_538_984,
    "InceptionV3": 23_851_784,
    "Xception": 22_910_480,
    "DenseNet121": 8_062_504,
}


@pytest.fixture(autouse=True)
def fresh():
    tf.keras.backend.clear_session()


# Recorded ones of each family whose blocks differ.
@pytest.mark.parametrize("name", sorted(set(RECORDED["networks"]) & set(SMALLEST)))
def test_layers_are_as_recorded(name):
    model = getattr(applications, name)(weights=None)
    check(name, model)


# The numbers of weights that https://keras.io/api/applications/ gives.
@pytest.mark.parametrize(("name", "count"), sorted(DOCUMENTED.items()))
def test_as_many_weights_as_documented(name, count):
    assert getattr(applications, name)(weights=None).count_params() == count


def check(name, model):
    rows = application_rows.as_newer(name, application_rows.rows(model))
    assert [len(rows), model.count_params(), application_rows.digest(rows)] == RECORDED["networks"][name]


@pytest.mark.parametrize("name", sorted(RECORDED["outputs"]))
def test_outputs_are_as_recorded(name):
    outputs = application_rows.outputs(tf.keras, name)
    np.testing.assert_allclose(outputs, RECORDED["outputs"][name], rtol=1e-4, atol=1e-5)


def test_names_of_1_15():
    model = applications.MobileNet(alpha=0.25, weights=None, input_shape=(32, 32, 3), classes=3)
    assert model.name == "mobilenet_0.25_32"
    names = [layer.name for layer in model.layers]
    assert names[1:4] == ["conv1_pad", "conv1", "conv1_bn"]
    assert names[-5:] == ["reshape_1", "dropout", "conv_preds", "reshape_2", "act_softmax"]


def test_weights_of_a_file(tmp_path):
    made = {"alpha": 0.25, "input_shape": (32, 32, 3), "include_top": False}
    first = applications.MobileNet(weights=None, **made)
    path = str(tmp_path / "weights.h5")
    first.save_weights(path)
    second = applications.MobileNet(weights=path, **made)
    for ours, theirs in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_published_weights_that_are_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("CONVFLOW_DATA", str(tmp_path / "data"))
    with pytest.raises(tf.errors.UnavailableError) as caught:
        applications.MobileNet(alpha=0.25, include_top=False, input_shape=(128, 128, 3))
    text = str(caught.value)
    address = "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet/mobilenet_2_5_128_tf_no_top.h5"
    assert address in text and str(tmp_path / ".keras" / "models") in text and "$CONVFLOW_DATA" in text
    folder = tmp_path / ".keras" / "models"
    folder.mkdir(parents=True)
    (folder / "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5").write_bytes(b"another file")
    with pytest.raises(tf.errors.UnavailableError, match="the file there is another one"):
        applications.VGG16(include_top=False)


def test_published_weights_that_are_there(tmp_path, monkeypatch):
    made = {"alpha": 0.25, "input_shape": (128, 128, 3), "include_top": False}
    first = applications.MobileNet(weights=None, **made)
    first.save_weights(str(tmp_path / "mobilenet_2_5_128_tf_no_top.h5"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "nobody")
    monkeypatch.setenv("CONVFLOW_DATA", str(tmp_path))
    second = applications.MobileNet(**made)
    np.testing.assert_array_equal(first.get_weights()[0], second.get_weights()[0])


def test_refusals():
    with pytest.raises(ValueError, match="which is no file"):
        applications.VGG16(weights="nowhere.h5")
    with pytest.raises(ValueError, match="`classes` should be 1000: it is 10"):
        applications.VGG16(classes=10)
    with pytest.raises(ValueError, match="Input size must be at least 75x75; got"):
        applications.InceptionV3(weights=None, include_top=False, input_shape=(32, 32, 3))
    with pytest.raises(ValueError, match="you should specify a static `input_shape`"):
        applications.ResNet50(weights=None, input_shape=(None, None, 3))
    with pytest.raises(ValueError, match="`input_shape` should be \\(224, 224, 3\\)"):
        applications.DenseNet121(input_shape=(64, 64, 3))
    with pytest.raises(ValueError, match="depth multiplier must be 1 and alpha one of"):
        applications.MobileNet(alpha=0.3)


def test_on_top_of_a_tensor():
    start = tf.keras.Input(shape=(32, 32, 3))
    doubled = tf.keras.layers.Lambda(lambda x: 2 * x)(start)
    model = applications.VGG16(weights=None, include_top=False, input_tensor=doubled, pooling="max")
    assert model.inputs[0] is start
    assert model.output_shape == (None, 512)
    assert tf.keras.utils.get_source_inputs(model.output) == [start]


EXPECTED = {
    "tf": lambda x: x / 127.5 - 1,
    "caffe": lambda x: x[..., ::-1] - np.array([103.939, 116.779, 123.68]),
    "torch": lambda x: (x / 255 - np.array([0.485, 0.456, 0.406])) / np.array([0.229, 0.224, 0.225]),
}


@pytest.mark.parametrize("mode", sorted(EXPECTED))
@pytest.mark.parametrize("is_last", [True, False])
def test_pictures_are_preprocessed(mode, is_last):
    pictures = np.random.RandomState(0).randint(0, 256, (2, 3, 4, 3))
    expected = EXPECTED[mode](pictures.astype(float))
    to, back = ((0, 1, 2, 3),) * 2 if is_last else ((0, 3, 1, 2), (0, 2, 3, 1))
    given, data_format = pictures.transpose(to), "channels_last" if is_last else "channels_first"
    preprocess = applications.imagenet_utils.preprocess_input
    found = preprocess(given, data_format, mode=mode)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.transpose(back), expected, rtol=1e-5, atol=1e-5)
    one = preprocess(given[0], data_format, mode=mode)
    np.testing.assert_allclose(one, found[0], rtol=1e-6)
    with tf.Session() as sess:
        tensor = preprocess(tf.constant(given.astype(np.float32)), data_format, mode=mode)
        np.testing.assert_allclose(sess.run(tensor).transpose(back), expected, rtol=1e-5, atol=1e-4)


def test_each_network_has_its_own_preprocessing():
    pictures = np.full((1, 1, 1, 3), 255.0)
    assert applications.vgg16.preprocess_input(pictures.copy())[0, 0, 0, 0] == pytest.approx(151.061)
    assert applications.mobilenet.preprocess_input(pictures.copy())[0, 0, 0, 0] == 1.0
    assert applications.densenet.preprocess_input(pictures.copy())[0, 0, 0, 0] == pytest.approx(0.515 / 0.229)
    with pytest.raises(ValueError, match="Unknown mode 'x': expected one of caffe, tf, torch"):
        applications.imagenet_utils.preprocess_input(pictures, mode="x")


def test_classes_have_names_beside_each_network():
    scores = np.zeros((2, 10), np.float32)
    for name in ("densenet", "inception_v3", "mobilenet", "mobilenet_v2", "resnet", "resnet50", "resnet_v2", "vgg16"):
        with pytest.raises(ValueError, match=r"samples, 1000\)\). Found array with shape: \(2, 10\)"):
            getattr(applications, name).decode_predictions(scores)
