"""tf.flags"""

from absl.flags import *

from convflow.core.flags import (  # type: ignore[assignment]
    FLAGS,
    DEFINE_bool,
    DEFINE_boolean,
    DEFINE_enum,
    DEFINE_float,
    DEFINE_integer,
    DEFINE_list,
    DEFINE_string,
)
