"""Linear maps that know their structure (API: tf.linalg.LinearOperator)."""
