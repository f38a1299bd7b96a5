"""tf.contrib.summary"""

from convflow.training.summaries_eager import (
    SummaryWriter,
    always_record_summaries,
    audio,
    create_file_writer,
    flush,
    histogram,
    image,
    initialize,
    never_record_summaries,
    record_summaries_every_n_global_steps,
    scalar,
    should_record_summaries,
)
