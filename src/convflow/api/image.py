"""tf.image"""

from convflow.ops.array.patches import extract_image_patches, extract_patches
