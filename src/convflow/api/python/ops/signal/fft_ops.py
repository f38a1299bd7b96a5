"""tensorflow.python.ops.signal.fft_ops"""

from convflow.ops.math.fourier import fft, fft2d, fft3d, fftshift, ifft, ifft2d, ifft3d, ifftshift
from convflow.ops.math.real_fourier import irfft, irfft2d, irfft3d, rfft, rfft2d, rfft3d
