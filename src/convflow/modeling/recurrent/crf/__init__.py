"""Linear-chain conditional random fields (API: tf.contrib.crf; Lafferty et al. 2001)."""
