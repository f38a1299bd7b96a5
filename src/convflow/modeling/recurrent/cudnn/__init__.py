"""Recurrent networks whose parameters are CuDNN's (API: tf.contrib.cudnn_rnn)."""
