"""Frames, windows and short-time Fourier transforms: what the recorded cases do not show."""

import numpy as np
import pytest

import convflow as tf

RANDOM = np.random.default_rng(6)


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as opened:
        yield opened


@pytest.mark.parametrize("step", [2, 4])
@pytest.mark.parametrize("window", [tf.signal.hann_window, tf.signal.hamming_window])
def test_signals_come_back(session, window, step):
    signal = RANDOM.normal(size=(2, 40))
    spectra = tf.signal.stft(tf.constant(signal), 8, step, window_fn=window)
    back = tf.signal.inverse_stft(spectra, 8, step, window_fn=tf.signal.inverse_stft_window_fn(step, window))
    assert back.shape.as_list() == [2, 40]
    # At the ends there are fewer windows than the inverse one counts on.
    np.testing.assert_allclose(session.run(back)[:, 8:-8], signal[:, 8:-8], atol=1e-12)


@pytest.mark.parametrize(("length", "step", "transformed"), [(6, 4, 8), (6, 5, 4), (4, 4, 4)])
def test_lengths_known_in_the_run_alone(session, length, step, transformed):
    signal = RANDOM.normal(size=(3, 21)).astype("float32")
    holder = tf.placeholder(tf.float32)
    lengths = tf.placeholder(tf.int32, []), tf.placeholder(tf.int32, []), tf.placeholder(tf.int32, [])
    fed = {holder: signal, **dict(zip(lengths, (length, step, transformed), strict=True))}
    open_spectra = tf.signal.stft(holder, lengths[0], lengths[1], lengths[2], pad_end=True)
    known_spectra = tf.signal.stft(tf.constant(signal), length, step, transformed, pad_end=True)
    assert known_spectra.shape.as_list() == [3, -(-21 // step), transformed // 2 + 1]
    open_back = tf.signal.inverse_stft(open_spectra, lengths[0], lengths[1], lengths[2])
    known_back = tf.signal.inverse_stft(known_spectra, length, step, transformed)
    for one, other in ((open_spectra, known_spectra), (open_back, known_back)):
        np.testing.assert_allclose(*session.run([one, other], fed), atol=1e-5)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 8, 9, 1000, 1024])
def test_transforms_are_of_the_next_power_of_two(session, length):
    bins = 2 ** int(np.ceil(np.log2(length))) // 2 + 1
    signal, holder = tf.zeros([1024]), tf.placeholder(tf.int32, [])
    assert tf.signal.stft(signal, length, 512).shape.as_list()[1] == bins
    assert session.run(tf.shape(tf.signal.stft(signal, holder, 512))[1], {holder: length}) == bins


@pytest.mark.parametrize("pad_end", [False, True])
def test_gradients_are_finite_differences(session, pad_end):
    x = tf.constant(RANDOM.normal(size=(2, 9)))
    frames = tf.signal.frame(x, 4, 3, pad_end)
    added = tf.signal.overlap_and_add(frames, 2)
    for y in (frames, added):
        assert tf.test.compute_gradient_error(x, [2, 9], y, y.shape.as_list()) < 1e-8
    spectra = tf.signal.stft(x, 4, 2)
    power = tf.square(tf.abs(spectra))
    back = tf.signal.inverse_stft(spectra * tf.complex(power, 0 * power), 4, 2)
    assert tf.test.compute_gradient_error(x, [2, 9], back, back.shape.as_list(), delta=1e-5) < 1e-6


def test_mel_weights_are_triangles(session):
    weights = session.run(tf.contrib.signal.linear_to_mel_weight_matrix(6, 65, 8000, 100.0, 3900.0, tf.float64))
    frequencies = np.linspace(0, 4000, 65)
    mels = 1127 * np.log1p(frequencies / 700)
    edges = np.linspace(1127 * np.log1p(100 / 700), 1127 * np.log1p(3900 / 700), 8)
    expected = np.stack([np.interp(mels, edges[i : i + 3], [0, 1, 0]) for i in range(6)], 1)
    np.testing.assert_allclose(weights, expected, atol=1e-12)


def test_names_are_the_same_everywhere():
    for name in ("frame", "overlap_and_add", "stft", "inverse_stft", "inverse_stft_window_fn", "hann_window",
                 "hamming_window", "linear_to_mel_weight_matrix", "mfccs_from_log_mel_spectrograms"):  # fmt: skip
        assert getattr(tf.contrib.signal, name) is getattr(tf.signal, name)


def test_refusals():
    with tf.Graph().as_default():
        with pytest.raises(ValueError, match=r"frame_step must be an integer. Got float32: 1.5. Cast it with tf.cast."):
            tf.signal.overlap_and_add(tf.ones([2, 3]), 1.5)
        with pytest.raises(ValueError, match=r"frame_length must be a scalar, got shape \(2,\). Give one number."):
            tf.signal.frame(tf.ones([6]), [2, 2], 1)
        with pytest.raises(ValueError, match=r"axis 2 is not an axis of the signal, whose shape is \(6,\)."):
            tf.signal.frame(tf.ones([6]), 2, 1, axis=2)
        with pytest.raises(ValueError, match=r"dtype must be a floating point type. Found .*int32"):
            tf.signal.hann_window(4, dtype=tf.int32)
        with pytest.raises(ValueError, match="must not be larger than the Nyquist frequency"):
            tf.signal.linear_to_mel_weight_matrix(upper_edge_hertz=5000.0)
        with pytest.raises(ValueError, match=r"num_mel_bins must be positive. Got: 0"):
            tf.signal.linear_to_mel_weight_matrix(0)
        with pytest.raises(ValueError, match=r"num_mel_bins must be positive. Got: \(2, 0\)"):
            tf.signal.mfccs_from_log_mel_spectrograms(tf.ones([2, 0]))
