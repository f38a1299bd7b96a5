"""tf.contrib.resampler"""

from convflow.ops.image.resampler import resampler
