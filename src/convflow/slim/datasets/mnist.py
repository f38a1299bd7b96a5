"""MNIST in records (`datasets.mnist` of the research models): mnist_train.tfrecord, mnist_test.tfrecord."""

from convflow.slim.data.image_handler import Image
from convflow.slim.datasets.splits import Splits, picture_features, picture_items

_SPLITS = Splits(
    name="mnist",
    pattern="mnist_%s.tfrecord",
    sizes={"train": 60000, "test": 10000},
    num_classes=10,
    descriptions={"image": "A digit, uint8, [28 x 28 x 1].", "label": "The digit, 0 to 9."},
    features=picture_features("raw", [1], [0]),
    items=picture_items(Image(shape=[28, 28, 1], channels=1), []),
)
get_split = _SPLITS.get_split
