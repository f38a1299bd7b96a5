"""tf.keras.preprocessing.image"""

from convflow.training.keras.image_changes import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
    random_brightness,
    random_channel_shift,
    random_rotation,
    random_shear,
    random_shift,
    random_zoom,
    save_img,
)
from convflow.training.keras.images import (
    DirectoryIterator,
    ImageDataGenerator,
    NumpyArrayIterator,
    Sequence,
    array_to_img,
    img_to_array,
    load_img,
)
