import io
import wave

import numpy as np
import pytest

import convflow as tf

# [[0, 1], [-1, 0.5], [2, -0.25]] at 8000 samples a second, as TensorFlow 2 writes it.
FILE = bytes.fromhex(
    "524946463000000057415645666d74201000000001000200401f0000007d000004001000646174610c0000000000ff7f00800040ff7f00e0"
)
SAMPLES = np.array([[0, 32767 / 32768], [-1, 0.5], [32767 / 32768, -0.25]], np.float32)


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def test_encoded_as_tensorflow_does(session):
    clip = np.array([[0, 1], [-1, 0.5], [2, -0.25]], np.float32)
    encoded = tf.audio.encode_wav(clip, 8000)
    assert encoded.shape.as_list() == []
    assert session.run(encoded) == FILE
    ramp = session.run(tf.audio.encode_wav(np.linspace(-1.2, 1.2, 25, dtype=np.float32)[:, None], 16000))
    assert ramp[44:].hex() == (
        "008000800080cd8c9a9966a633b300c0cdcc9ad966e633f30000cd0c9a19662633330040cd4c9a5966663373ff7fff7fff7f"
    )


@pytest.mark.parametrize(
    ("channels", "samples", "static", "expected"),
    [
        (-1, -1, [None, None], SAMPLES),
        (1, 5, [5, 1], np.pad(SAMPLES[:, :1], ((0, 2), (0, 0)))),
        (3, 2, [2, 3], SAMPLES[:2][:, [0, 1, 1]]),
    ],
)
def test_decoded(session, channels, samples, static, expected):
    decoded = tf.audio.decode_wav(FILE, desired_channels=channels, desired_samples=samples)
    assert (decoded.audio.shape.as_list(), decoded.sample_rate.dtype) == (static, tf.int32)
    audio, rate = session.run(decoded)
    np.testing.assert_array_equal(audio, expected)
    assert rate == 8000


def _eight_bits():
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(b"abc")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("contents", "text"),
    [
        (FILE[:30], "contents is no WAV file of PCM samples"),
        (b"RIFX" + FILE[4:], "contents is no WAV file of PCM samples"),
        (FILE[:20] + b"\3\0" + FILE[22:], "contents is no WAV file of PCM samples"),
        (b"", "contents is no WAV file of PCM samples"),
        (FILE[:50], "Data too short: the WAV file says that it has 3 samples of 2 channels"),
        (_eight_bits(), "Can only read 16-bit WAV files, but received 8 bits a sample"),
    ],
)
def test_files_that_cannot_be_read(session, contents, text):
    with pytest.raises(tf.errors.InvalidArgumentError, match=text):
        session.run(tf.audio.decode_wav(contents))


def test_what_cannot_be_encoded(session):
    with pytest.raises(ValueError, match="audio must be rank 2 but is rank 1"):
        tf.audio.encode_wav([1.0], 8000)
    with pytest.raises(ValueError, match="sample_rate must be rank 0 but is rank 1"):
        tf.audio.encode_wav([[1.0]], [8000])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"sample_rate must be in \(0, 2\^32\), got: 0"):
        session.run(tf.audio.encode_wav([[1.0]], 0))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"at least one of each, got the shape \(2, 0\)"):
        session.run(tf.audio.encode_wav(np.zeros((2, 0), np.float32), 8000))
    with pytest.raises(ValueError, match="desired_channels must be -1 or positive, got 0"):
        tf.audio.decode_wav(FILE, desired_channels=0)
