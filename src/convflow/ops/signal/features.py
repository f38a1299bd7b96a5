"""Mel spectra and their cepstra (API: tf.signal.linear_to_mel_weight_matrix, tf.signal.mfccs_from_log_mel_spectrograms;
the scale of HTK: Young et al., "The HTK Book")."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.static_value import constant_value
from convflow.ops.array.pad import pad
from convflow.ops.array.reshape import expand_dims
from convflow.ops.array.sequence import lin_space
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.arithmetic import maximum, minimum
from convflow.ops.math.cast import cast
from convflow.ops.math.cosine import dct
from convflow.ops.math.elementwise import log, rsqrt

# A mel is 1127 log(1 + Hz / 700).
_MELS, _BREAK_HERTZ = 1127.0, 700.0


def _mel(frequencies: Tensor) -> Tensor:
    return _MELS * log(1.0 + frequencies / _BREAK_HERTZ)


def linear_to_mel_weight_matrix(
    num_mel_bins: Any = 20,
    num_spectrogram_bins: Any = 129,
    sample_rate: Any = 8000,
    lower_edge_hertz: Any = 125.0,
    upper_edge_hertz: Any = 3800.0,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Tensor:
    """The matrix that makes mel spectra of spectra: triangles of equal width in mels (API:
    tf.signal.linear_to_mel_weight_matrix).

    Args:
        num_mel_bins: how many triangles.
        num_spectrogram_bins: how many frequencies a spectrum has, from zero to half the sample rate.
        sample_rate: in hertz; a scalar.
        lower_edge_hertz: where the first triangle begins.
        upper_edge_hertz: where the last ends.
        dtype: a floating type.

    Returns:
        Shape (num_spectrogram_bins, num_mel_bins).

    Raises:
        ValueError: counts or a rate that are not positive; edges that are negative, not in order, or above half the
            rate; another type.
    """
    dtype = dtypes.as_dtype(dtype)
    with name_scope(name, "linear_to_mel_weight_matrix") as scope:
        rate = convert_to_tensor(sample_rate, name="sample_rate")
        known = constant_value(rate)
        _check(num_mel_bins, None if known is None else known.item(), lower_edge_hertz, upper_edge_hertz, dtype)
        lower_edge, upper_edge = (cast(edge, dtype) for edge in (lower_edge_hertz, upper_edge_hertz))
        frequencies = lin_space(cast(0.0, dtype), cast(rate, dtype) / 2.0, num_spectrogram_bins)[1:]
        at = expand_dims(_mel(frequencies), 1)
        edges = expand_dims(lin_space(_mel(lower_edge), _mel(upper_edge), num_mel_bins + 2), 0)
        lower, center, upper = edges[:, :-2], edges[:, 1:-1], edges[:, 2:]
        rising, falling = (at - lower) / (center - lower), (upper - at) / (upper - center)
        # HTK leaves out the frequency zero.
        return pad(maximum(cast(0.0, dtype), minimum(rising, falling)), [[1, 0], [0, 0]], name=scope)


def _check(bins: Any, rate: Any, lower: Any, upper: Any, dtype: Any) -> None:
    if isinstance(bins, int) and bins <= 0:
        raise ValueError(f"num_mel_bins must be positive. Got: {bins}. Give the number of triangles.")
    if not isinstance(lower, Tensor) and lower < 0.0:
        raise ValueError(f"lower_edge_hertz must be non-negative. Got: {lower}. Give a frequency.")
    if not isinstance(lower, Tensor) and not isinstance(upper, Tensor) and lower >= upper:
        raise ValueError(f"lower_edge_hertz {lower} >= upper_edge_hertz {upper}. Exchange them.")
    if rate is not None:
        if rate <= 0.0:
            raise ValueError(f"sample_rate must be positive. Got: {rate}. Give the samples of a second.")
        if not isinstance(upper, Tensor) and upper > rate / 2:
            raise ValueError(
                "upper_edge_hertz must not be larger than the Nyquist frequency (sample_rate / 2). "
                f"Got {upper} for sample_rate: {rate}. Lower the edge."
            )
    if not dtype.is_floating:
        raise ValueError(f"dtype must be a floating point type. Got: {dtype}. Leave it out for float32.")


def mfccs_from_log_mel_spectrograms(log_mel_spectrograms: Any, name: str | None = None) -> Tensor:
    """Mel-frequency cepstral coefficients: the cosine transform of the logarithms of mel spectra (API:
    tf.signal.mfccs_from_log_mel_spectrograms).

    Args:
        log_mel_spectrograms: float32 or float64 of shape (..., num_mel_bins).

    Returns:
        The same shape and type: the cosine transform of type 2, scaled by 1 / sqrt(2 num_mel_bins) as HTK does.

    Raises:
        ValueError: no mel bins.
    """
    with name_scope(name, "mfccs_from_log_mel_spectrograms", [log_mel_spectrograms]):
        spectra = convert_to_tensor(log_mel_spectrograms)
        bins: Any = None if spectra.shape.rank is None else spectra.shape.as_list()[-1]
        if bins == 0:
            raise ValueError(f"num_mel_bins must be positive. Got: {spectra.shape}. Give spectra of one bin or more.")
        if bins is None:
            bins = shape_of(spectra)[-1]
        return dct(spectra, type=2) * rsqrt(cast(bins, spectra.dtype) * 2.0)
