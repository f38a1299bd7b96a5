"""tf.random.experimental"""

from convflow.modeling.random_generator import (
    Generator,
    create_rng_state,
    get_global_generator,
    set_global_generator,
)
