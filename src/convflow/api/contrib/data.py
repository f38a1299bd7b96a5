"""tf.contrib.data"""

from convflow.input.experimental import (
    enumerate_dataset,
    map_and_batch,
    parallel_interleave,
    scan,
    shuffle_and_repeat,
    unbatch,
)
