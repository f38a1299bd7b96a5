"""tf.signal"""

from convflow.ops.math.cosine import dct, idct
from convflow.ops.math.fourier import fft, fft2d, fft3d, fftshift, ifft, ifft2d, ifft3d, ifftshift
from convflow.ops.math.real_fourier import irfft, irfft2d, irfft3d, rfft, rfft2d, rfft3d
from convflow.ops.signal.features import linear_to_mel_weight_matrix, mfccs_from_log_mel_spectrograms
from convflow.ops.signal.frames import frame, overlap_and_add
from convflow.ops.signal.spectra import inverse_stft, inverse_stft_window_fn, stft
from convflow.ops.signal.windows import hamming_window, hann_window
