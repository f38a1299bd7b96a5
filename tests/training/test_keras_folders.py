"""Pictures of folders: which are found, how they are labelled and divided."""

import numpy as np
import pytest
from PIL import Image

import convflow as tf

Generator = tf.keras.preprocessing.image.ImageDataGenerator


@pytest.fixture
def folder(tmp_path):
    for number, name in enumerate(["cats", "dogs"]):
        (tmp_path / name / "more").mkdir(parents=True)
        for index in range(4):
            picture = Image.new("RGB", (6, 4), (10 * number, index, 0))
            picture.save(tmp_path / name / ("more" if index == 3 else ".") / f"{index}.png")
        (tmp_path / name / "notes.txt").write_text("no picture")
    return str(tmp_path)


def test_pictures_and_labels(folder, capsys):
    flow = Generator(rescale=0.5).flow_from_directory(folder, (2, 3), batch_size=3, shuffle=False)
    assert capsys.readouterr().out == "Found 8 images belonging to 2 classes.\n"
    assert (flow.class_indices, flow.samples, len(flow)) == ({"cats": 0, "dogs": 1}, 8, 3)
    assert flow.classes.tolist() == [0] * 4 + [1] * 4
    assert flow.filenames[3].replace("\\", "/") == "cats/more/3.png"
    x, y = next(flow)
    assert (x.shape, x.dtype, flow.image_shape) == ((3, 2, 3, 3), np.float32, (2, 3, 3))
    assert x[:, 0, 0, 1].tolist() == [0.0, 0.5, 1.0]
    assert y.tolist() == [[1, 0]] * 3
    assert [len(next(flow)[0]) for _ in range(3)] == [3, 2, 3]
    flow.reset()
    assert next(flow)[0][0, 0, 0, 1] == 0.0


def test_modes(folder):
    generator = Generator(validation_split=0.25)
    held = generator.flow_from_directory(folder, (2, 2), class_mode="binary", subset="validation", shuffle=False)
    x, y = held[0]
    assert (len(x), y.tolist()) == (2, [0.0, 1.0])
    rest = generator.flow_from_directory(
        folder, (2, 2), "grayscale", class_mode=None, subset="training", classes=["dogs"], seed=1
    )
    assert rest[0].shape == (3, 2, 2, 1)
    same = generator.flow_from_directory(folder, (2, 2), class_mode="input")[0]
    np.testing.assert_array_equal(*same)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"class_mode": "x"}, ValueError, "Invalid class_mode: x"),
        ({"subset": "x"}, ValueError, "Invalid subset name: x"),
        ({"save_to_dir": "x"}, NotImplementedError, "save_to_dir is not there"),
    ],
)
def test_refusals(folder, arguments, error, text):
    with pytest.raises(error, match=text):
        Generator().flow_from_directory(folder, **arguments)
