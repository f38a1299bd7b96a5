"""tf.keras.preprocessing.image"""

from convflow.training.keras.images import (
    DirectoryIterator,
    ImageDataGenerator,
    NumpyArrayIterator,
    array_to_img,
    img_to_array,
    load_img,
)
