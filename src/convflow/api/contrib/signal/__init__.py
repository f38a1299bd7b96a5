"""tf.contrib.signal"""

from convflow.ops.signal.features import linear_to_mel_weight_matrix, mfccs_from_log_mel_spectrograms
from convflow.ops.signal.frames import frame, overlap_and_add
from convflow.ops.signal.spectra import inverse_stft, inverse_stft_window_fn, stft
from convflow.ops.signal.windows import hamming_window, hann_window
