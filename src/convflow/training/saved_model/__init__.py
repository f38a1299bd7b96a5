"""SavedModels (API: tf.saved_model): graphs with their variables, files and signatures, for serving."""
