"""The data sets of the research models: written as records, read through a provider."""

from contextlib import ExitStack

import numpy as np
import pytest

import convflow as tf
from convflow.slim.datasets import dataset_factory, dataset_utils, imagenet
from convflow.tools import alias

slim = tf.contrib.slim
SIZES = {"mnist": (28, 28, 1), "cifar10": (32, 32, 3), "flowers": (20, 30, 3)}
FILES = {"mnist": "mnist_train", "cifar10": "cifar10_train", "flowers": "flowers_train_00000-of-00001"}


def picture(name, label):
    return np.random.RandomState(label).randint(0, 256, SIZES[name]).astype(np.uint8)


@pytest.fixture(params=sorted(SIZES))
def stored(request, tmp_path):
    """A data set of three pictures of the classes 0, 1 and 2."""
    name = request.param
    height, width, _ = SIZES[name]
    with tf.Graph().as_default(), tf.Session() as session:
        fed = tf.placeholder(tf.uint8, SIZES[name])
        encoded = tf.image.encode_png(fed)
        with tf.python_io.TFRecordWriter(str(tmp_path / f"{FILES[name]}.tfrecord")) as writer:
            for label in range(3):
                png = session.run(encoded, {fed: picture(name, label)})
                example = dataset_utils.image_to_tfexample(png, b"png", height, width, label)
                writer.write(example.SerializeToString())
    return name, str(tmp_path)


def test_pictures_and_classes_come_back(stored):
    name, folder = stored
    dataset_utils.write_label_file({0: "zero", 1: "one", 2: "two"}, folder)
    with tf.Graph().as_default(), tf.Session() as session:
        dataset = dataset_factory.get_dataset(name, "train", folder)
        assert dataset.labels_to_names[2] == "two" and dataset.num_classes in (5, 10)
        provider = slim.dataset_data_provider.DatasetDataProvider(dataset, num_epochs=1, shuffle=False)
        image, label = provider.get(["image", "label"])
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        with slim.queues.QueueRunners(session):
            read = [session.run([image, label]) for _ in range(3)]
    assert [label for _, label in read] == [0, 1, 2]
    for image, label in read:
        np.testing.assert_array_equal(image, picture(name, label))


def test_imagenet_reads_boxes():
    features = {
        "image/class/label": dataset_utils.int64_feature(7),
        "image/class/text": dataset_utils.bytes_feature(b"cock"),
        "image/object/class/label": dataset_utils.int64_feature([7, 7]),
        **{
            f"image/object/bbox/{side}": dataset_utils.float_list_feature([value, value / 2])
            for side, value in {"ymin": 0.1, "xmin": 0.2, "ymax": 0.5, "xmax": 1.0}.items()
        },
    }
    record = tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()
    with tf.Graph().as_default(), tf.Session() as session:
        dataset = imagenet.get_split("validation", "folder")
        found = session.run(dataset.decoder.decode(record, ["label", "label_text", "object/bbox", "object/label"]))
    assert found[:2] == [7, b"cock"] and found[3].tolist() == [7, 7]
    np.testing.assert_allclose(found[2], [[0.1, 0.2, 0.5, 1.0], [0.05, 0.1, 0.25, 0.5]])
    assert (
        dataset.num_samples == 50000 and dataset.num_classes == 1001 and dataset.data_sources == "folder/validation-*"
    )


def test_features_and_sharded_files(tmp_path):
    assert list(dataset_utils.float_feature(2.5).float_list.value) == [2.5]
    assert list(dataset_utils.bytes_list_feature([b"a", b"b"]).bytes_list.value) == [b"a", b"b"]
    with ExitStack() as stack:
        for writer in dataset_utils.open_sharded_output_tfrecords(stack, str(tmp_path / "set"), 2):
            writer.write(b"record")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set-00000-of-00002", "set-00001-of-00002"]


def test_the_package_is_found_by_programs():
    names = {}
    with alias.installed():
        exec("from datasets import dataset_factory, flowers\nimport datasets.imagenet\n", names)
    assert names["dataset_factory"] is dataset_factory


def test_refusals():
    with pytest.raises(ValueError, match=r"Name of dataset unknown cifar\. Choose one of cifar10, flowers, imagenet"):
        dataset_factory.get_dataset("cifar", "train", "folder")
    with pytest.raises(ValueError, match="split name test was not recognized: flowers has the parts train, validation"):
        dataset_factory.get_dataset("flowers", "test", "folder")
