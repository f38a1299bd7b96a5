"""tf.spectral"""

from convflow.ops.math.cosine import dct, idct
from convflow.ops.math.fourier import fft, fft2d, fft3d, ifft, ifft2d, ifft3d
from convflow.ops.math.real_fourier import irfft, irfft2d, irfft3d, rfft, rfft2d, rfft3d
