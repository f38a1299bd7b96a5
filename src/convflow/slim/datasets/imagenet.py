"""ImageNet's ILSVRC 2012 in records (`datasets.imagenet` of the research models): train-*, validation-*.

Class 0 is the background. The classes' names are those of labels.txt in the folder; None if there is no such file.
"""

from convflow.core import dtypes
from convflow.ops.parsing_features import FixedLenFeature, VarLenFeature
from convflow.slim.data.image_handler import Image
from convflow.slim.data.item_handler import BoundingBox, Tensor
from convflow.slim.datasets.splits import Splits, picture_features

_BOX = "image/object/bbox/"
_SPLITS = Splits(
    name="imagenet",
    pattern="%s-*",
    sizes={"train": 1281167, "validation": 50000},
    num_classes=1001,
    descriptions={
        "image": "A picture, uint8, of any size.",
        "label": "Its class, 1 to 1000.",
        "label_text": "The class in words.",
        "object/bbox": "Where the objects are: top, left, bottom, right between 0 and 1.",
        "object/label": "The class of each object.",
    },
    features={
        **picture_features("jpeg", [], -1),
        "image/class/text": FixedLenFeature([], dtypes.string, default_value=""),
        **{f"{_BOX}{side}": VarLenFeature(dtypes.float32) for side in ("xmin", "ymin", "xmax", "ymax")},
        "image/object/class/label": VarLenFeature(dtypes.int64),
    },
    items={
        "image": Image("image/encoded", "image/format"),
        "label": Tensor("image/class/label"),
        "label_text": Tensor("image/class/text"),
        "object/bbox": BoundingBox(["ymin", "xmin", "ymax", "xmax"], _BOX),
        "object/label": Tensor("image/object/class/label"),
    },
)
get_split = _SPLITS.get_split
