"""tf.audio"""

from convflow.ops.audio import decode_wav, encode_wav
