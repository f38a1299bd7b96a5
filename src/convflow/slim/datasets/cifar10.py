"""CIFAR-10 in records (`datasets.cifar10` of the research models): cifar10_train.tfrecord, cifar10_test.tfrecord."""

from convflow.slim.data.image_handler import Image
from convflow.slim.datasets.splits import Splits, picture_features, picture_items

SPLITS_TO_SIZES = {"train": 50000, "test": 10000}
_SPLITS = Splits(
    name="cifar10",
    pattern="cifar10_%s.tfrecord",
    sizes=SPLITS_TO_SIZES,
    num_classes=10,
    descriptions={"image": "A picture, uint8, [32 x 32 x 3].", "label": "Its class, 0 to 9."},
    features=picture_features("png", [], 0),
    items=picture_items(Image(shape=[32, 32, 3])),
)
get_split = _SPLITS.get_split
