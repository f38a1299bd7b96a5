"""tf.contrib.slim.data.parallel_reader"""

from convflow.slim.data.parallel_reader import (
    ParallelReader,
    get_data_files,
    parallel_read,
    single_pass_read,
)
