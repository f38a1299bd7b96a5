"""The flower photos in records (`datasets.flowers` of the research models): flowers_train_*.tfrecord, ..."""

from convflow.slim.data.image_handler import Image
from convflow.slim.datasets.splits import Splits, picture_features, picture_items

SPLITS_TO_SIZES = {"train": 3320, "validation": 350}
_SPLITS = Splits(
    name="flowers",
    pattern="flowers_%s_*.tfrecord",
    sizes=SPLITS_TO_SIZES,
    num_classes=5,
    descriptions={"image": "A photo, uint8, of any size.", "label": "Its class, 0 to 4."},
    features=picture_features("png", [], 0),
    items=picture_items(Image()),
)
get_split = _SPLITS.get_split
