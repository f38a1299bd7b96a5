"""Tags by which the graphs of a SavedModel are told apart (API: tf.saved_model.tag_constants)."""

GPU = "gpu"
SERVING = "serve"
TPU = "tpu"
TRAINING = "train"
