"""Names in a SavedModel's folder and collections (API: tf.saved_model.constants)."""

from convflow.formats.saved_model import FILENAME_PB as SAVED_MODEL_FILENAME_PB
from convflow.formats.saved_model import FILENAME_PBTXT as SAVED_MODEL_FILENAME_PBTXT
from convflow.formats.saved_model import SCHEMA_VERSION as SAVED_MODEL_SCHEMA_VERSION

ASSETS_DIRECTORY = "assets"
ASSETS_KEY = "saved_model_assets"
DEBUG_DIRECTORY = "debug"
DEBUG_INFO_FILENAME_PB = "saved_model_debug_info.pb"
LEGACY_INIT_OP_KEY = "legacy_init_op"
MAIN_OP_KEY = "saved_model_main_op"
VARIABLES_DIRECTORY = "variables"
VARIABLES_FILENAME = "variables"

# Keys of signatures that are kept for the format itself.
INIT_OP_SIGNATURE_KEY = "__saved_model_init_op"
TRAIN_OP_SIGNATURE_KEY = "__saved_model_train_op"

__all__ = [
    "ASSETS_DIRECTORY",
    "ASSETS_KEY",
    "DEBUG_DIRECTORY",
    "DEBUG_INFO_FILENAME_PB",
    "INIT_OP_SIGNATURE_KEY",
    "LEGACY_INIT_OP_KEY",
    "MAIN_OP_KEY",
    "SAVED_MODEL_FILENAME_PB",
    "SAVED_MODEL_FILENAME_PBTXT",
    "SAVED_MODEL_SCHEMA_VERSION",
    "TRAIN_OP_SIGNATURE_KEY",
    "VARIABLES_DIRECTORY",
    "VARIABLES_FILENAME",
]
