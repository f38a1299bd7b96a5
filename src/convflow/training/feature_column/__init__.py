"""How examples become the input of a model, column by column (API: tf.feature_column)."""
