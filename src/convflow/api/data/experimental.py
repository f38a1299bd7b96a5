"""tf.data.experimental"""

from convflow.input.dataset import AUTOTUNE
from convflow.input.experimental import (
    enumerate_dataset,
    map_and_batch,
    parallel_interleave,
    scan,
    shuffle_and_repeat,
    take_while,
    unbatch,
)
