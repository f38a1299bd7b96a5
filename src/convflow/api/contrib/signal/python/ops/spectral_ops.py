"""tf.contrib.signal.python.ops.spectral_ops"""

from convflow.ops.signal.spectra import inverse_stft, inverse_stft_window_fn, stft
